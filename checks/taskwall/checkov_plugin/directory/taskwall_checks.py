"""Makes taskwall's rules checks of checkov's, which executes this file for each of its runners."""

from taskwall.checkov_plugin.registry import register

register()
