"""What a distributor may demand of its data: take it out, and have it destroyed, with a receipt."""
