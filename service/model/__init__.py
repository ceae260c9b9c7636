"""A language model as reader and writer, under the same check as everything else that is said."""
