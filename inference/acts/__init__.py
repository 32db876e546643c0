"""Sentences in, acts out: the model, the cues, the recogniser and its trainer."""
