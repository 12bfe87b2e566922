"""The network that the sources would create: what exists, how it is tied, who may reach whom.

It knows nothing of Terraform or CloudFormation. Things are frozen records filed by concept
(`place`, `group`, `edge`, `work`, `log`); `network` ties them together and answers the questions
of the guide, always with facts.
"""
