"""The chapters, in the order they are played; each exports `play(story)`."""
