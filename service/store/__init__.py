"""What is kept for a limited time: answers, feedback on them, threads of a conversation, events that were seen, errands not yet done."""
