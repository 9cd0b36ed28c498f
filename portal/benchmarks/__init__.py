"""What the product costs, measured beside a floor in the same run: `manage.py benchmark NAME`."""
