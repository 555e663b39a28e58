"""Modality: whether people were in one room, as places, links, words and stated kinds tell."""
