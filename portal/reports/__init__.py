"""PDF reports: their schedules, their archive, and the documents."""
