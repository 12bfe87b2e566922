"""What holds for all tests: property tests run by the profile of the gate."""

import budgets

budgets.register()
pytest_itemcollected = budgets.pytest_itemcollected
