"""Answers questions from an edition: understand, retrieve, analyse, compose, cite."""
