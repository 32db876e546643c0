"""The program around the inference: configuration, store, passes, the letter, the command line."""
