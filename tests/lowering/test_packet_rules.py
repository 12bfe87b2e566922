"""Words of iptables, what its rules match, and what it waits for whether they drop."""

import pytest

from lowering.user_data import SCRIPT, read

TO = "-d 169.254.169.254"
DROP = f"DOCKER-USER {TO} -j DROP"
FIRST = f"iptables -I {DROP}\n"

WORDS: dict[str, bool | None] = {
    f"--append {DROP}": None,
    f"--insert {DROP}": True,
    f"--insert={DROP}": True,
    f"--table filter --insert {DROP}": True,
    f"--table nat --insert {DROP}": False,
    f"-t mangle -I PREROUTING {TO} -j DROP": None,
    f"-t mangle -A PREROUTING {TO} -j DROP": None,
    f"-t mangle -D PREROUTING {TO} -j DROP": False,
    f"-t nat -I PREROUTING {TO} -j DROP": False,
    f"-t raw -I OUTPUT {TO} -j DROP": False,
    f"-I DOCKER-USER {TO} --goto MINE": None,
    f"-I {DROP} -w": True,
    f"-I {DROP} -w 5": True,
    f"-I {DROP} --wait 5": True,
    f"-I {DROP} -m comment --comment imds": True,
    f"-I {DROP} --protocol tcp": True,
    f"-I {DROP} --protocol udp": False,
    f"-I {DROP} --proto udp": False,
    f"-I {DROP} -p 17": False,
    f"-I {DROP} -p 0": True,
    f"-I {DROP} -p ALL": True,
    f"-I {DROP} -p tcp --destination-port 80": True,
    f"-I {DROP} -p tcp --destination-port 81": False,
    f"-I {DROP} -p tcp --destination-ports 81": False,
    f"-I {DROP} -p tcp --dports 443,8080": False,
    f"-I {DROP} -p tcp --dports 79:81": True,
    f"-I {DROP} -p tcp --dports 80:80": True,
    f"-I {DROP} -p tcp --dports 81:90": False,
    f"-I {DROP} -p tcp --dports 70:79": False,
    f"-I {DROP} -p tcp --dports 443,80": True,
    f"-I {DROP} -i +": True,
    f"-I {DROP} --in-interface lo": False,
    f"-I {DROP} -i ens5": False,
    f"-I {DROP} -i enp0s3": False,
    f"-I {DROP} -i en0": False,
    f"-I {DROP} -i wlan0": None,
    f"-I {DROP} -i docker0": True,
    f"-I {DROP} -i docker+": True,
    f"-I {DROP} -i eth+": False,
    f"-I {DROP} -i br-1": None,
    f"-I {DROP} -i $IN": None,
    f"-I {DROP} -p 6": True,
    f"-I {DROP} -p $PROTOCOL": None,
    f"-I {DROP} -p $PROTOCOL -i lo": False,
    f"-I {DROP} -p tcp --dport 80:": True,
    f"-I {DROP} -p tcp --dport 81:": False,
    f"-I {DROP} -p tcp --dport :80": True,
    f"-I {DROP} -p tcp --dport :79": False,
    f"-I {DROP} -p tcp --dport http": True,
    f"-I {DROP} -p tcp --dport https": None,
    f"-I {DROP} -p tcp --dport $PORT": None,
    f"-I {DROP} -p udp --dport $PORT": False,
    f"-I {DROP} -p tcp -m tcp --dport 80": True,
    f"-I {DROP} -p tcp -m multiport --dports 80,443": True,
    f"-I {DROP} -m conntrack --ctstate NEW": None,
    f"-I {DROP} -m $MODULE": None,
    "-I DOCKER-USER -d $METADATA -j DROP": None,
    "-I DOCKER-USER -d 10.0.0.1,$METADATA -j DROP": None,
    "-I DOCKER-USER -d instance-data -j DROP": None,
    f"-I DOCKER-USER ! {TO} -j DROP": None,
    "-I DOCKER-USER -j DROP": True,
    f"-I {DROP} --source 10.0.0.0/8": None,
    f"-I {DROP} -s 10.0.0.0/8 -p udp": None,
    f"-I {DROP} -4": None,
    "-I DOCKER-USER -d 169.254.170.2 -j DROP": False,
    "-I DOCKER-USER -d 10.0.0.1,10.0.0.2 -j DROP": False,
    "-I DOCKER-USER -d 169.254.169.254/31 -j DROP": True,
    "-I DOCKER-USER -d 0.0.0.0/0 -j DROP": True,
    f"-I DOCKER-USER {TO} -j REJECT --reject-with icmp-port-unreachable": True,
    f"-I $CHAIN {TO} -j DROP": None,
    f"-I MINE {TO} -j DROP": False,
    f"-I DOCKER-USER {TO} -j $TARGET": None,
    "-L": False,
    "-N MINE": False,
    "": False,
}  # fmt: skip


@pytest.mark.parametrize(("call", "truth"), WORDS.items(), ids=WORDS)
def test_words_of_iptables(call: str, truth: bool | None) -> None:
    """Options have a short and some long names; one that is not understood leaves open what is."""
    assert read(f"{SCRIPT}iptables {call}\n").drops_metadata.truth is truth


ORDERS: dict[str, tuple[str, bool | None]] = {
    "replaced by one that drops": (
        f"iptables -I DOCKER-USER -j ACCEPT\niptables --replace DOCKER-USER 1 {TO} -j DROP\n", True,
    ),
    "another one replaced": (f"{FIRST}iptables -R DOCKER-USER 2 -j ACCEPT\n", True),
    "another one deleted by its number": (f"{FIRST}iptables -D DOCKER-USER 2\n", True),
    "one of two deleted by its number": (
        f"{FIRST}iptables -I DOCKER-USER -j ACCEPT\niptables -D DOCKER-USER 1\n", True,
    ),
    "the other of two deleted by its number": (
        f"{FIRST}iptables -I DOCKER-USER -j ACCEPT\niptables -D DOCKER-USER 2\n", False,
    ),
    "deleted in a branch": (f"{FIRST}if x; then iptables -D {DROP}; fi\n", None),
    "flushed in a branch": (f"{FIRST}if x; then iptables -F; fi\n", None),
    "replaced in a branch": (f"{FIRST}if x; then iptables -R DOCKER-USER 1 -j ACCEPT; fi\n", None),
    "flushed, and put in again": (f"{FIRST}iptables --flush\n{FIRST}", True),
    "flushed twice over": (f"{FIRST}{FIRST}iptables -F DOCKER-USER\n", False),
    "put in at the second place": (
        f"iptables -I DOCKER-USER -j ACCEPT\niptables -I DOCKER-USER 2 {TO} -j DROP\n", False,
    ),
    "put in at the second place, behind one that only notes": (
        f"iptables -I DOCKER-USER -j LOG\niptables -I DOCKER-USER 2 {TO} -j DROP\n", True,
    ),
    "put in at a place behind what is there": (
        f"iptables -I DOCKER-USER -j LOG\niptables -I DOCKER-USER 3 {TO} -j DROP\n", None,
    ),
    "behind one that returns": (
        f"iptables -I DOCKER-USER -j RETURN\niptables -I FORWARD {TO} -j DROP\n", True,
    ),
    "behind one that may return": (
        f"{FIRST}if x; then iptables -I DOCKER-USER -j RETURN; fi\n", None,
    ),
    "behind one that matches nothing of it": (
        f"{FIRST}iptables -I DOCKER-USER -p udp -j ACCEPT\n", True,
    ),
    "behind one of another chain, which may accept": (
        f"{FIRST}iptables -I DOCKER-USER -j MINE\n", None,
    ),
    "two that may drop": (
        f"if x; then {FIRST[:-1]}; fi\nif y; then {FIRST[:-1]}; fi\n", None,
    ),
    "one that may drop before one that does": (
        f"{FIRST}if x; then iptables -I DOCKER-USER -j DROP; fi\n", None,
    ),
    "of a shell in the shell": (f"bash -c 'iptables -I {DROP}'\n", True),
    "of a function": (f"f() {{ iptables -I {DROP}; }}\nf\n", True),
    "behind the scenes": (f"iptables -I {DROP} &\n", True),
    "after the end": (f"exit 0\n{FIRST}", False),
    "of a script from elsewhere": ("curl https://x | bash\n", None),
}  # fmt: skip


@pytest.mark.parametrize(("script", "truth"), ORDERS.values(), ids=ORDERS)
def test_what_becomes_of_a_rule(script: str, truth: bool | None) -> None:
    """It drops as long as it is there, and no rule before it decides otherwise."""
    assert read(SCRIPT + script).drops_metadata.truth is truth


SECOND, THIRD = (f"what the rule of iptables in line {line} drops" for line in (2, 3))
BRANCH = "a condition in line 2 of user data"

WAITS: dict[str, tuple[str, list[str]]] = {
    "what Docker has before it": (f"iptables -A {DROP}\n", [SECOND]),
    "whom it matches": (f"iptables -I {DROP} -s 172.17.0.2\n", [SECOND]),
    "a branch": (f"if x; then {FIRST[:-1]}; fi\n", [BRANCH]),
    "another chain": (f"iptables -I DOCKER-USER {TO} -j MINE\n", [SECOND]),
    "another chain in a branch": (
        f"if x; then iptables -I DOCKER-USER {TO} -j MINE; fi\n", [BRANCH, SECOND],
    ),
    "a rule before it": (
        f"{FIRST}iptables -I DOCKER-USER -s 172.17.0.2 -j ACCEPT\n", [THIRD],
    ),
    "a variable": (f"iptables -I $CHAIN {TO} -j DROP\n", ["$CHAIN"]),
    "another table": (f"iptables -t raw -I PREROUTING {TO} -j DROP\n", [SECOND]),
    "what is restored": ("iptables-restore < /etc/rules\n", [SECOND]),
    "a script": ("bash run.sh\n", ["the script run.sh"]),
}  # fmt: skip


@pytest.mark.parametrize(("script", "waits"), WAITS.values(), ids=WAITS)
def test_what_a_rule_waits_for(script: str, waits: list[str]) -> None:
    """It is said by the line of the user data that has the rule."""
    found = read(SCRIPT + script).drops_metadata

    assert found.truth is None
    assert list(dict.fromkeys(need.name for need in found.waits_for())) == waits
