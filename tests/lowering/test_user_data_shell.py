"""What commands of a shell script write to the agent's file, and what they leave as it is."""

from itertools import pairwise

import pytest

from lowering.user_data import BLOCK, FILE, OPEN, SCRIPT, SETS, VAR, read, told
from taskwall.core.values import Value

DRAFT = f"echo {BLOCK}=true > draft\n"
RUN = f"echo 'echo {BLOCK}=true >> {FILE}' > run.sh\n"
ON = "ON=true\n"
WRITES_ON = f"echo {BLOCK}=$ON >> {FILE}\n"
WRITES_ONE = f"echo {BLOCK}=$1 >> {FILE}; "
WRITES_TWO = f"echo {BLOCK}=$2 >> {FILE}; "
SETS_IT, UNSETS = f"echo {BLOCK}=true > {FILE}\n", f"echo {BLOCK}=false > {FILE}"
MARK = "/var/lib/cloud/instance/sem/config_proxy"
AGENT = "amazon/amazon-ecs-agent"
FETCHED = "until $(curl {} https://example.com); do sleep 1; done\n"

THRICE = "cat {0} {0} {0}"
GROWS = {
    "files": "echo a > /d/a\n" + "".join(f"cp -r /d /d/{number}\n" for number in range(30)),
    "lines": "echo a > a\n" + f"{THRICE.format('a')} > b\n{THRICE.format('b')} > a\n" * 15,
    "a line": "echo -n a > a\n" + f"{THRICE.format('a')} > b\n{THRICE.format('b')} > a\n" * 15,
    "what is read": f"echo {'a' * 90_000} > a\n" + "bash a\n" * 1000,
    "output": "f() { echo a; }\n" + "g() { " + "f; " * 50 + "}\n" + "g\n" * 50,
    "doubts": "".join(f"echo a > /d/{number}\n" for number in range(500))
    + "".join(f'rm -f "$X{number}"\n' for number in range(500)),
    "rules of iptables": "".join(
        f"iptables -I FORWARD -d 10.0.{number}.0/24 -j DROP\n" * 20 for number in range(200)
    ),
}


COMMANDS: dict[str, tuple[str, object]] = {
    "echo -ne": (f"echo -ne '{BLOCK}=true\\n' >> {FILE}\n", True),
    "echo -en, and the rest of the line": (
        f"echo -en '{BLOCK}' >> {FILE}\necho =true >> {FILE}\n", True,
    ),
    "echo -n -e": (f"echo -n -e 'A=b\\n{BLOCK}=tr' >> {FILE}\necho ue >> {FILE}\n", True),
    "echo -e of a backslash before a letter": (
        f"echo -e 'A=b\\\\n{BLOCK}=true' >> {FILE}\n", None,
    ),
    "echo -E": (f"echo -E {BLOCK}=true >> {FILE}\n", True),
    "printf --": (f"printf -- '{BLOCK}=true\\n' >> {FILE}\n", True),
    "printf, once more for each word": (f"printf '%s\\n' A=b {BLOCK}=true >> {FILE}\n", True),
    "printf of too few words": (f"printf '{BLOCK}=true%s\\n' >> {FILE}\n", True),
    "printf of too many words": (f"printf '{BLOCK}=true\\n' {BLOCK}=false >> {FILE}\n", True),
    "printf of a percent sign": (f"printf '{BLOCK}=true\\nA=5%%\\n' >> {FILE}\n", True),
    "printf of a number": (f"printf '{BLOCK}=true\\nA=%d\\n' 5 >> {FILE}\n", OPEN),
    "printf of nothing": (f"printf >> {FILE}\necho {BLOCK}=true >> {FILE}\n", True),
    "rm by a pattern, from where the script stands": (
        f"{DRAFT}rm -f dr*\ncat draft >> {FILE}\n", None,
    ),
    "rm by another pattern": (f"{DRAFT}rm -f drop*\ncat draft >> {FILE}\n", True),
    "cat of two files": (DRAFT + f"echo A=b > more\ncat draft more >> {FILE}\n", True),
    "cat of a file from elsewhere": (DRAFT + f"cat draft more >> {FILE}\n", OPEN),
    "cat of its input, a file where the script stands": (
        f"{DRAFT}mv draft /opt/draft\ncd /opt\ncat < draft >> {FILE}\n", True,
    ),
    "a redirection alone, before ||": (
        f"> /opt/draft || echo {BLOCK}=true >> {FILE}\n", OPEN,
    ),
    "a redirection alone, before && and iptables": (
        f"> /opt/draft && iptables -A INPUT -j DROP\necho {BLOCK}=true >> {FILE}\n", True,
    ),
    "cat of a file and of nothing": (DRAFT + f"cat draft /dev/null >> {FILE}\n", True),
    "cat of nothing, which leaves its input": (
        f"echo {BLOCK}=true | cat /dev/null >> {FILE}\n", None,
    ),
    "cat of its input": (f"cat - <<EOF >> {FILE}\n{BLOCK}=true\nEOF\n", True),
    "cat with an option": (DRAFT + f"cat -u draft >> {FILE}\n", True),
    "tee --append": (f"echo {BLOCK}=true >> {FILE}\necho A=b | tee --append {FILE}\n", True),
    "tee -ai": (f"echo {BLOCK}=true >> {FILE}\necho A=b | tee -ai {FILE}\n", True),
    "tee, which passes on": (f"echo {BLOCK}=true | tee log >> {FILE}\n", True),
    "tee in a branch": (f"if x; then echo {BLOCK}=true | tee -a {FILE}; fi\n", OPEN),
    "cp": (DRAFT + f"cp -f draft {FILE}\n", True),
    "cp twice": (DRAFT + f"cp draft next\ncp draft {FILE}\n", True),
    "cp to a folder": (
        f"echo {BLOCK}=true > /tmp/ecs.config\ncp /tmp/ecs.config /etc/ecs/\n", True,
    ),
    "cp to a folder that has no file yet": ("cp -r /opt/ecs /etc/\n", OPEN),
    "cp of two files to any folder": (
        f"{DRAFT}cp draft more /opt\ncat /opt/draft >> {FILE}\n", True,
    ),
    "cp to a folder that stands first": (
        f"echo {BLOCK}=true > /tmp/ecs.config\ncp -t /etc/ecs /tmp/ecs.config\n", True,
    ),
    "cp with two options in one word": (
        f"echo {BLOCK}=true > /tmp/ecs.config\ncp -vt /etc/ecs /tmp/ecs.config\n", True,
    ),
    "a path that starts with two slashes": (
        f"echo {BLOCK}=true >> //etc//ecs/ecs.config\n", True,
    ),
    "mv to a folder that an option names": (
        f"echo {BLOCK}=true > /ecs.config\nmv --target-directory=/etc/ecs /ecs.config\n", True,
    ),
    "cp to where the script stands": (
        f"echo {BLOCK}=true > /a\ncd /opt\ncp /a .\ncat /opt/a >> {FILE}\n", True,
    ),
    "cp to its folder by a relative path": (
        f"echo {BLOCK}=true > /tmp/ecs.config\ncd /etc\ncp /tmp/ecs.config ecs\n", True,
    ),
    "cp of a folder over files that were written": (
        f"{DRAFT}cp draft /etc/a/b\ncp -r /opt/a /etc/\ncat /etc/a/b >> {FILE}\n", OPEN,
    ),
    "a program that is copied from elsewhere": (
        f"{SETS_IT}cp /mnt/setup /usr/bin/setup\n/usr/bin/setup\n", True,
    ),
    "mv, after which nothing is there": (DRAFT + f"mv draft next\ncp draft {FILE}\n", None),
    "mv in a branch": (DRAFT + f"if x; then mv draft {FILE}; fi\n", OPEN),
    "a script": (RUN + "bash -x run.sh\n", True),
    "a script that runs itself twice": (
        f"{SETS_IT}printf '. /a\\n/a\\nbash /a\\n' > /a\n. /a\n", OPEN,
    ),
    "a script by its path": (RUN + "chmod +x run.sh\n./run.sh\n", True),
    "a script without an ending by its path": (
        f"echo 'echo {BLOCK}=true >> {FILE}' > /usr/bin/setup\n/usr/bin/setup -x\n", True,
    ),
    "a script from elsewhere by its path": (f"{SETS_IT}curl -o a.sh x\n./a.sh\n", OPEN),
    "a program by its path": (f"{SETS_IT}/usr/bin/setup\n", True),
    "a program of another language by its path": (
        f"{SETS_IT}printf '#!/usr/bin/env python3\\nopen(\"{FILE}\")' > /setup\n/setup\n", OPEN,
    ),
    "a program of another language with an option": (
        f"{SETS_IT}printf '#!/usr/bin/python3 -u\nopen(\"{FILE}\")' > /setup\n/setup\n", OPEN,
    ),
    "a program of another language that a shell's folder holds": (
        f"{SETS_IT}printf '#!/opt/shared/bin/lua\nopen(\"{FILE}\")' > /setup\n/setup\n", OPEN,
    ),
    "a script with options by its path": (
        f"printf '#!/usr/bin/env -S bash -e\n{SETS_IT[:-1]}' > /setup\n/setup\n", True,
    ),
    "a mark of what was done once": (
        f"if [ ! -f {MARK} ]; then\n{SETS_IT}date > {MARK}\nfi\n", True,
    ),
    "a mark, tested by other words": (
        f"test -e {MARK} || {SETS_IT}[[ ! -f {MARK} ]] && echo A=b >> {FILE}\n", True,
    ),
    "a mark that the script has set": (
        f"{SETS_IT}echo 1 > {MARK}\nif [ ! -e {MARK} ]; then\n{UNSETS}\nfi\n", True,
    ),
    "a mark that the script may have set": (
        f"{SETS_IT}if x; then echo 1 > {MARK}; fi\nif [ ! -e {MARK} ]; then\n{UNSETS}\nfi\n", OPEN,
    ),
    "a mark that the script has removed": (
        f"echo 1 > {MARK}\nrm {MARK}\nif [ ! -e {MARK} ]; then\n{SETS_IT}fi\n", OPEN,
    ),
    "a file that may be in the image": (f"if [ ! -f /opt/done ]; then\n{SETS_IT}fi\n", OPEN),
    "a mark whose name is not known": (
        f"if [ ! -f {MARK}_$(date) ]; then\n{SETS_IT}fi\n", OPEN,
    ),
    "a file as input": (f"echo {BLOCK}=true > a\ncat < a > {FILE}\n", True),
    "a file as input of tee": (f"echo {BLOCK}=true > a\nsudo tee {FILE} < a\n", True),
    "a file from elsewhere as input": (f"{SETS_IT}tee {FILE} < a\n", OPEN),
    "nothing as input": (f"{SETS_IT}cat < /dev/null > {FILE}\n", None),
    "a script as input": (f"{RUN}bash < run.sh\n", True),
    "a script behind an option that ends in c": (RUN + "bash --norc run.sh\n", True),
    "a script that may be there": (f"if x; then\n{RUN}fi\nbash run.sh\n", OPEN),
    "a script in a branch": (RUN + "if x; then bash run.sh; fi\n", OPEN),
    "a text in a branch": (f"if x; then bash -c 'echo {BLOCK}=true >> {FILE}'; fi\n", OPEN),
    "bash -ec": (f"bash -ec 'echo {BLOCK}=true >> {FILE}'\n", True),
    "bash -ce": (f"bash -ce 'echo {BLOCK}=true >> {FILE}'\n", True),
    "options behind -c": (f"bash -c -e +x -o pipefail 'echo {BLOCK}=true >> {FILE}'\n", True),
    "words behind the text of -c": (
        f"bash -c 'echo {BLOCK}=true >> {FILE}' -c 'rm {FILE}'\n", True,
    ),
    "-c of a script": (f"{RUN}bash run.sh -c 'rm {FILE}'\n", True),
    "a script from elsewhere with -c": (f"{SETS_IT}bash other.sh -c prod\n", OPEN),
    "a script behind options": (
        f"{RUN}bash --init-file /a --rcfile /a +o nounset -eo pipefail run.sh\n", True,
    ),
    "a script behind the end of options": (f"{RUN}bash -- run.sh\n", True),
    "words for a script from a pipe": (
        f"echo 'echo {BLOCK}=true >> {FILE}' | bash -s stable\n", True,
    ),
    "options for a script from a pipe": (
        f"{SETS_IT}curl https://x | bash -s -- -c prod\n", OPEN,
    ),
    "a user behind -c": (f"su -c 'echo {BLOCK}=true >> {FILE}' root\n", True),
    "a text for a shell that eval runs": (
        f"{SETS_IT}eval bash -c \"'rm {FILE}'\" -c\n", None,
    ),
    "a script from a pipe": (f"echo 'echo {BLOCK}=true >> {FILE}' | bash\n", True),
    "a script from a here-document": (
        f"cat <<'EOF' | bash\necho {BLOCK}=true >> {FILE}\nEOF\n", True,
    ),
    "a variable for a shell in the shell": (f"export {ON}bash -c '{WRITES_ON}'\n", True),
    "a text to a shell that writes it": (
        f"sudo sh -c 'cat > {FILE}' <<EOF\n{BLOCK}=true\nEOF\n", True,
    ),
    "a text to a script that writes it": (
        f"echo 'tee -a {FILE}' > /a.sh\nbash /a.sh <<EOF\n{BLOCK}=true\nEOF\n", True,
    ),
    "a text to a user's shell that writes it": (
        f"su root -c 'cat > {FILE}' <<< {BLOCK}=true\n", True,
    ),
    "a text to a shell that writes two": (
        f"bash -c 'tee /a; cat > {FILE}' <<EOF\n{BLOCK}=true\nEOF\n", OPEN,
    ),
    "what is written, to a shell that writes it": (
        f"echo {BLOCK}=true | sudo bash -c \"cat >> {FILE}\"\n", True,
    ),
    "what nobody knows, to a shell that writes it": (
        f"{SETS_IT}curl https://x | sudo bash -c 'cat > {FILE}'\n", OPEN,
    ),
    "a script, which is no input of its own": (
        f"bash <<'EOF'\ncat > {FILE}\necho {BLOCK}=true >> {FILE}\nEOF\n", True,
    ),
    "eval of several words": (f"eval echo {BLOCK}=true '>>' {FILE}\n", True),
    "an end of a shell in the shell": (f"bash -c 'exit 0'\necho {BLOCK}=true >> {FILE}\n", True),
    "source of a script from elsewhere": (f"{SETS_IT}curl -o /tmp/s.sh x\n. /tmp/s.sh\n", OPEN),
    "source of a script of the image": (f"{SETS_IT}. /etc/profile.d/own.sh\n", True),
    "source of what may be there": (f"{SETS_IT}if x; then echo '{UNSETS}' > a; fi\n. ./a\n", OPEN),
    "source of a file that is not known": (f"{SETS_IT}sed s/a/b/ x > a\n. ./a\n", OPEN),
    "source of what sets nothing": (f"{ON}. /etc/os-release\n{WRITES_ON}", True),
    "source of the profile": (f"{ON}source /etc/profile\n{WRITES_ON}", True),
    "source of something else": (f"{ON}. ./own\n{WRITES_ON}", OPEN),
    "a variable of the loop": (f"{ON}for ON in a b; do x; done\n{WRITES_ON}", OPEN),
    "a variable without a value": (f"{ON}unset ON\n{WRITES_ON}", OPEN),
    "another variable without a value": (f"{ON}unset OFF\n{WRITES_ON}", True),
    "read": (f"{ON}read -r ON < /etc/mode\n{WRITES_ON}", OPEN),
    "read of another variable": (f"{ON}read -r OFF < /etc/mode\n{WRITES_ON}", True),
    "mapfile": (f"{ON}mapfile ON < /etc/mode\n{WRITES_ON}", OPEN),
    "printf to a variable": (f"{ON}printf -v ON %s false\n{WRITES_ON}", OPEN),
    "eval, which may set any variable": (f"{ON}eval ON=false\n{WRITES_ON}", OPEN),
    "let": (f"{ON}let ON=0\n{WRITES_ON}", OPEN),
    "let of a word in quotes": (f'{ON}let "ON = 0"\n{WRITES_ON}', OPEN),
    "let of another variable": (f"{ON}let OFF=0\n{WRITES_ON}", True),
    "a counter": (f"ON=1\n((ON--))\n{WRITES_ON}", OPEN),
    "a counter that is counted first": (f"ON=1\n((--ON))\n{WRITES_ON}", OPEN),
    "a sum": (f"ON=1\n(( ON += 1 ))\n{WRITES_ON}", OPEN),
    "a counter in a condition": (f"ON=1\nif (( ON-- )); then x; fi\n{WRITES_ON}", OPEN),
    "a counter in a word": (f"ON=1\necho $((ON=0))\n{WRITES_ON}", OPEN),
    "a counter between old brackets": (f"ON=1\necho $[ON=0]\n{WRITES_ON}", OPEN),
    "a counter of a shell in the shell": (f"export ON=1\nbash -c '((ON--)); {WRITES_ON}'\n", OPEN),
    "a variable that doubles": (ON + "ON=$ON$ON\n" * 20 + WRITES_ON, OPEN),
    "a variable that is only compared": (f"ON=1\n((ON==1)) && x; (( ON <= 1 ))\n{WRITES_ON}", True),
    "a variable set beside a counter": (f"((N++)); {ON}{WRITES_ON}", True),
    "a default that is set": (f"ON=\n: ${{ON:=true}}\n{WRITES_ON}", OPEN),
    "an item of a list": (f"{ON}ON[0]=false\n{WRITES_ON}", OPEN),
    "declare -i": (f"declare -i ON=1-1\n{WRITES_ON}", OPEN),
    "declare -rx": (f"declare -r -x {ON}{WRITES_ON}", True),
    "a function's own variable": (f"{ON}f() {{ local ON=false; }}\nf\n{WRITES_ON}", True),
    "a function's own variable by typeset": (
        f"{ON}f() {{ typeset ON=false; ON=a; }}\nf\n{WRITES_ON}", True,
    ),
    "a function's own variable by declare": (
        f"{ON}f() {{ declare ON=false; ON=a; }}\nf\n{WRITES_ON}", True,
    ),
    "a function's own variable without a value": (
        f"{ON}f() {{ local ON; ON=false; }}\nf\n{WRITES_ON}", True,
    ),
    "a function's own variable of no value before": (
        f"f() {{ local ON=true; }}\nf\n{WRITES_ON}", OPEN,
    ),
    "a function's own variable of no value": (f"{ON}f() {{ local ON; {WRITES_ON}}}\nf\n", OPEN),
    "a function's own variable of no value, by declare": (
        f"{ON}f() {{ declare ON; {WRITES_ON}}}\nf\n", OPEN,
    ),
    "two variables of a function's own": (
        f"{ON}f() {{ local A=b ON; ON=a; }}\nf\n{WRITES_ON}", True,
    ),
    "a function's own variable, declared twice": (
        f"{ON}f() {{ local ON=a; local ON=b; }}\nf\n{WRITES_ON}", True,
    ),
    "a variable that a function exports": (f"ON=a\nf() {{ export {ON}}}\nf\n{WRITES_ON}", True),
    "a variable that is local to no function": (f"local {ON}{WRITES_ON}", True),
    "a function's own variable of the value before": (
        f"{ON}f() {{ local ON=$ON; {WRITES_ON[:-1]}; }}\nf\n", True,
    ),
    "a variable that a function declares for all": (
        f"{ON}f() {{ declare -g ON=false; }}\nf\n{WRITES_ON}", False,
    ),
    "a variable that a function sets for all": (f"ON=a\nf() {{ {ON}}}\nf\n{WRITES_ON}", True),
    "a function in a function with an own variable": (
        f"{ON}f() {{ local ON=false; g; }}\ng() {{ local ON=a; }}\nf\n{WRITES_ON}", True,
    ),
    "a function's words in a function": (
        f"f() {{ g a; }}\ng() {{ {WRITES_TWO}}}\nf false true\n", OPEN,
    ),
    "shift": (f"f() {{ shift; {WRITES_ONE}}}\nf false true\n", True),
    "shift of several": (f"f() {{ shift 2; {WRITES_ONE}}}\nf true true true\n", OPEN),
    "shift in a branch": (f"f() {{ a && shift; {WRITES_ONE}}}\nf true true\n", OPEN),
    "set of words": (f"f() {{ set -- true; {WRITES_ONE}}}\nf false\n", True),
    "set of words in a branch": (f"f() {{ a && set -- true; {WRITES_ONE}}}\nf true\n", OPEN),
    "all words of a call": (
        f'retry() {{ "$@" || "$@"; }}\nf() {{ {WRITES_ONE}}}\nretry f true\n', True,
    ),
    "all words after one": (
        f'run() {{ shift; "${{@}}"; }}\nf() {{ {WRITES_ONE}}}\nrun 5 f true\n', True,
    ),
    "all words of no call": (f'echo {BLOCK}=true >> {FILE}\n"$@"\n', OPEN),
    "all words as one text": (
        f'log() {{ echo "$*" >> {FILE}; }}\nlog {BLOCK}=true\n', True,
    ),
    "all words as one text, in braces": (
        f'log() {{ echo ${{*}} >> {FILE}; }}\nlog {BLOCK}=true\n', True,
    ),
    "all words in braces, without quotes": (
        f'log() {{ echo ${{@}} >> {FILE}; }}\nlog {BLOCK}=true\n', True,
    ),
    "words without quotes": (f"log() {{ echo $@ >> {FILE}; }}\nlog {BLOCK}=true\n", True),
    "words of the outer call": (
        f'f() {{ g a; "$@"; }}\ng() {{ "$@"; }}\nh() {{ {WRITES_ONE}}}\nf h true\n', True,
    ),
    "words within parentheses": (
        f'f() {{ (shift; a "$@"); "$@"; }}\nh() {{ {WRITES_ONE}}}\nf h true\n', True,
    ),
    "set of an output": (f"set -- $(a) true\n{WRITES_TWO}\n", OPEN),
    "a call with an output before": (f"f() {{ {WRITES_TWO}}}\nf $(a) true\n", OPEN),
    "a call with a pattern before": (f"f() {{ {WRITES_TWO}}}\nf /etc/*.conf true\n", OPEN),
    "a call with an output behind": (f"f() {{ {WRITES_ONE}}}\nf true $(a)\n", True),
    "a call with an output in quotes": (f'f() {{ {WRITES_TWO}}}\nf "$(a)" true\n', True),
    "set of an output in quotes": (f'set -- "$(a)" true\n{WRITES_TWO}\n', True),
    "set of a pattern": (f"set -- /etc/*.conf true\n{WRITES_TWO}\n", OPEN),
    "an output behind which words are left out": (
        f'f() {{ shift; "$@"; }}\nh() {{ {WRITES_ONE}}}\nf $(a) h true\n', OPEN,
    ),
    "words of words": (
        'f() { g "$@" "$@"; }\n' + "".join(
            f'{a}() {{ {b} "$@" "$@" "$@" "$@"; }}\n'
            for a, b in pairwise("ghijklmnopqrstuvw")
        ) + f"w() {{ :; }}\necho {BLOCK}=true >> {FILE}\nf true\n", True,
    ),
    "set of words alone": (f"f() {{ set false; {WRITES_ONE}}}\nf true\n", OPEN),
    "set of options": (f"f() {{ set -euo pipefail; {WRITES_ONE}}}\nf true\n", True),
    "set of no words": (f"f() {{ set --; {WRITES_ONE}}}\nf true\n", OPEN),
    "set of what is switched off": (f"f() {{ set +x; {WRITES_ONE}}}\nf true\n", True),
    "a variable for a function alone": (
        f"ON=false\nf() {{ {WRITES_ON[:-1]}; }}\nON=true f\n", True,
    ),
    "a variable for a shell alone": (f"ON=a\nON=true bash -c '{WRITES_ON}'\n", True),
    "a variable of a subshell": (f"{ON}(ON=false)\n{WRITES_ON}", True),
    "a variable of a text's pipe": (
        f"{ON}cat <<EOF | while read y; do ON=false; done\na\nEOF\n{WRITES_ON}", True,
    ),
    "a variable of a pipe": (f"{ON}x | while read y; do ON=false; done\n{WRITES_ON}", True),
    "an end in a subshell": (f"(echo {BLOCK}=true; exit 0; echo {BLOCK}=false) >> {FILE}\n", True),
    "an end in a subshell, and more": (f"(exit 0)\necho {BLOCK}=true >> {FILE}\n", True),
    "an end in a pipe": (f"exit 0 | cat\necho {BLOCK}=true >> {FILE}\n", True),
    "what a function writes before its end": (
        f"f() {{\n  echo {BLOCK}=true\n  return 0\n}}\nf >> {FILE}\n", True,
    ),
    "an end behind the scenes": (f"{{ sleep 60; exit 0; }} &\n{SETS_IT}", True),
    "an end of a function behind the scenes": (
        f"f() {{ ON=false; exit 0; }}\n{ON}f & f & echo a\n{WRITES_ON}", True,
    ),
    "what is written behind the scenes": (f"{{ sleep 60; {SETS_IT[:-1]}; }} &\n", True),
    "what a group writes before its end": (
        f"{{ echo {BLOCK}=true; exit 0; }} >> {FILE}\n", True,
    ),
    "what is written before an end that is joined": (
        f"(echo {BLOCK}=true && exit 0) >> {FILE}\n", True,
    ),
    "what a function writes before an end that is joined": (
        f"f() {{\n  echo {BLOCK}=true && return\n}}\nf >> {FILE}\n", True,
    ),
    "what is written nowhere else before an end": (
        f"f() {{ {{ echo {BLOCK}=true; return; }} >> {FILE}; }}\nf > more\ncat more\n", True,
    ),
    "what is written before what goes to a file": (
        f"(echo {BLOCK}=true && echo x > more) >> {FILE}\n", True,
    ),
    "what a branch writes of a group": (
        f"{{ if x; then echo {BLOCK}=true; fi; }} >> {FILE}\n", OPEN,
    ),
    "what a group writes if something succeeds": (
        f"{{ mine && echo {BLOCK}=true; }} >> {FILE}\n", OPEN,
    ),
    "what a function writes if something fails": (
        f"f() {{\n  x || echo {BLOCK}=true\n}}\nf | tee -a {FILE}\n", OPEN,
    ),
    "a group of a branch where a file is": (
        f"{{ if [ -f /etc/a ]; then echo {BLOCK}=true; fi; }} >> {FILE}\n", OPEN,
    ),
    "what a condition writes of a group": (
        f"{{ if echo {BLOCK}=true; then :; fi; }} >> {FILE}\n", True,
    ),
    "a condition, which runs once": (f"{DRAFT}if mv draft {FILE}; then x; fi\n", True),
    "a condition behind one that does not hold": (
        f"if false; then :; elif mkdir a > {FILE} && {SETS_IT[:-1]}; then x; fi\n", True,
    ),
    "a clause whose condition does not hold": (
        f"{SETS_IT}if false; then {UNSETS}; elif x; then echo A=b >> {FILE}; fi\n", True,
    ),
    "clauses behind one that may be run": (
        f"{SETS_IT}if false; then :; elif x; then y; else {UNSETS}; fi\n", OPEN,
    ),
    "a loop that sets what it tests": (
        f"ON=1\n{SETS_IT}for i in a b; do if [ $ON = 0 ]; then {UNSETS}; fi; ON=0; done\n", OPEN,
    ),
    "su": (f'su - root -c "echo {BLOCK}=true >> {FILE}"\n', True),
    "runuser": (f"runuser root --command 'echo {BLOCK}=true >> {FILE}'\n", True),
    "su of a user": (f"su - root\necho {BLOCK}=true >> {FILE}\n", True),
    "a trap": (f"trap 'echo {BLOCK}=true >> {FILE}' EXIT\n", OPEN),
    "a trap over what is written behind it": (
        f"trap 'echo {BLOCK}=false >> {FILE}' EXIT\necho {BLOCK}=true >> {FILE}\n", OPEN,
    ),
    "a trap of a variable": (
        f"D=/tmp/a\ntrap 'rm -rf $D' EXIT\necho {BLOCK}=true >> {FILE}\n", True,
    ),
    "a trap in a trap": (f"T='trap \"$T\" EXIT'\ntrap \"$T\" EXIT\n{SETS_IT}", True),
    "a trap where the script stands": (
        f"cd /etc/ecs\ntrap 'echo {BLOCK}=true >> ecs.config' EXIT\n", OPEN,
    ),
    "a script of another language where the script stands": (
        f"{SETS_IT}cd /opt\necho 'open(\"{FILE}\", \"w\")' > a.py\npython3 a.py\n", OPEN,
    ),
    "a script of another language that names no file": (
        f"{SETS_IT}cd /opt\necho 'print(1)' > a.py\npython3 a.py\n", True,
    ),
    "trap alone": (f"trap\necho {BLOCK}=true >> {FILE}\n", True),
    "trap of a command for nothing": (
        f"trap 'echo {BLOCK}=false >> {FILE}'\necho {BLOCK}=true >> {FILE}\n", True,
    ),
    "no trap": (f"trap - EXIT\necho {BLOCK}=true >> {FILE}\n", True),
    "source of a written file": (f"{RUN}. ./run.sh\n", True),
    "source of a file that sets it": (f"echo ON=false > a\n{ON}. ./a\n{WRITES_ON}", OPEN),
    "os-release": (f"ID=true\n. /etc/os-release\necho {BLOCK}=$ID >> {FILE}\n", OPEN),
    "os-release, elsewhere": (
        f"VERSION_ID=true\nsource /usr/lib/os-release\necho {BLOCK}=$VERSION_ID >> {FILE}\n", OPEN,
    ),
    "cat of nothing": (f"echo {BLOCK}=true > {FILE}\ncat /dev/null > {FILE}\n", None),
    "a command that does nothing": (f"echo {BLOCK}=true > {FILE}\n: > {FILE}\n", None),
    "exit in a branch": (f"if x; then exit 1; fi\necho {BLOCK}=true >> {FILE}\n", True),
    "exit where another command fails": (f"x || exit 1\necho {BLOCK}=true >> {FILE}\n", True),
    "exit behind what succeeds": (f"true && exit 0\necho {BLOCK}=true >> {FILE}\n", None),
    "docker run of something else": (f"docker run -e {BLOCK}=true nginx\n", None),
    "docker run -e": (f"docker run -d -e {BLOCK}=true {AGENT}\n", True),
    "docker run --env": (f"docker run -d --env {BLOCK}=true {AGENT}\n", True),
    "docker run -e at the end": (f"docker run {AGENT} --env {BLOCK}=true -e\n", True),
    "docker run -e of another, before": (f"docker run -e A=b -e {BLOCK}=true {AGENT}\n", True),
    "docker run -e, twice": (
        f"docker run -e {BLOCK}=false --env={BLOCK}=true {AGENT}\n", True,
    ),
    "docker run -e of a name that is not known": (
        f"docker run -e $(a)=b -e {BLOCK}=true {AGENT}\n", True,
    ),
    "docker run -e of a value that is not known": (
        f"docker run -e {BLOCK}=$(a) {AGENT}\n", OPEN,
    ),
    "docker run with a name alone": (f"docker run -e {BLOCK} {AGENT}\n", None),
    "docker run with a label": (f"docker run --label={BLOCK}=true {AGENT}\n", None),
    "docker run in a branch": (f"if x; then docker run -e {BLOCK}=true {AGENT}; fi\n", OPEN),
    "docker run, over what the file says": (
        f"echo {BLOCK}=false >> {FILE}\ndocker run --env-file={FILE} -e {BLOCK}=true {AGENT}\n",
        True,
    ),
    "docker pull": (f"docker pull -e {BLOCK}=true {AGENT}\n", None),
    "sed of another file": (DRAFT + f"sed s/a/b/ draft > {FILE}\n", OPEN),
    "a download over it, and then a line": (
        f"wget -O {FILE} https://example.com\necho {BLOCK}=true >> {FILE}\n", True,
    ),
    "sudo -u": (f"echo {BLOCK}=true | sudo -u root tee -a {FILE}\n", True),
    "sudo --user --group": (
        f"echo {BLOCK}=true | sudo --user root --group root tee -a {FILE}\n", True,
    ),
    "sudo -E": (f"echo {BLOCK}=true | sudo -E tee -a {FILE}\n", True),
    "sudo env": (f"echo {BLOCK}=true | sudo env A=b tee -a {FILE}\n", True),
    "a command by its path": (f"/bin/echo {BLOCK}=true >> {FILE}\n", True),
}  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), COMMANDS.values(), ids=COMMANDS)
def test_what_commands_write(script: str, expected: object) -> None:
    """The agent's file holds what each command puts there, as far as the script tells."""
    assert told(read(SCRIPT + script)) == expected


@pytest.mark.parametrize("script", GROWS.values(), ids=GROWS)
def test_scripts_that_do_very_much(script: str) -> None:
    """They are given up, and may have done anything."""
    found = read(f"{SETS}{script}{UNSETS}\n")

    assert told(found) is OPEN
    assert found.drops_metadata.truth is None


SYNTAX: dict[str, tuple[str, object]] = {
    "a subshell": (f"(echo {BLOCK}=true >> {FILE})\n", True),
    "a case": (f"case $X in a) echo {BLOCK}=true >> {FILE};; esac\n", OPEN),
    "a function": (f"f() {{\n  echo {BLOCK}=true >> {FILE}\n}}\nf\n", True),
    "a function that is never called": (f"f() {{\n  echo {BLOCK}=true >> {FILE}\n}}\n", OPEN),
    "behind an export": (f"export A=b && echo {BLOCK}=true >> {FILE}\n", True),
    "three commands": (f"mkdir -p /etc/ecs && cd /tmp && echo {BLOCK}=true >> {FILE}\n", True),
    "three commands, one from elsewhere": (
        f"mkdir -p /etc/ecs && mine && echo {BLOCK}=true >> {FILE}\n", OPEN,
    ),
    "behind a command by its path": (f"/bin/mkdir a && echo {BLOCK}=true >> {FILE}\n", True),
    "behind a command with a variable": (f"A=b mkdir a && echo {BLOCK}=true >> {FILE}\n", True),
    "behind an own command as root": (f"sudo mine && echo {BLOCK}=true >> {FILE}\n", OPEN),
    "behind what is written to a file": (f"echo a > b && echo {BLOCK}=true >> {FILE}\n", True),
    "behind an own command's file": (f"mine > b && echo {BLOCK}=true >> {FILE}\n", OPEN),
    "behind a pipe": (f"echo a | tee b && echo {BLOCK}=true >> {FILE}\n", True),
    "behind a pipe to an own command": (f"echo a | mine && echo {BLOCK}=true >> {FILE}\n", OPEN),
    "joined in a group": (f"{{ echo A=b && echo {BLOCK}=true; }} >> {FILE}\n", True),
    "joined before a pipe": (f"echo A=b && echo {BLOCK}=true | tee -a {FILE}\n", True),
    "a file before the command": (f">> {FILE} echo {BLOCK}=true\n", True),
    "two files before the command": (f"> {FILE} > more echo {BLOCK}=true\n", None),
    "a file before the command, and an input": (
        f"echo {BLOCK}=true > a\n> {FILE} < a cat\n", True,
    ),
    "a file before the command of a branch": (
        f"if x; then > {FILE} echo {BLOCK}=true; fi\n", OPEN,
    ),
    "errors before the command": (f"2> {FILE} echo {BLOCK}=true\n", None),
    "1>>": (f"echo {BLOCK}=true 1>> {FILE}\n", True),
    ">&": (f"echo {BLOCK}=true >& {FILE}\n", True),
    "errors to where it goes": (f"echo {BLOCK}=true >> {FILE} 2>&1\n", True),
    "&>>": (f"echo {BLOCK}=true &>> {FILE}\n", True),
    "to the last of two files": (f"echo {BLOCK}=true > more > {FILE}\n", True),
    "a backslash behind quotes": (f'echo "{BLOCK}"\\=true >> {FILE}\n', True),
    "a backslash behind a variable": (f"{ON}echo {BLOCK}=$ON\\e >> {FILE}\n", None),
    "a backslash behind a variable's end": (f"A={BLOCK}\necho $A\\=true >> {FILE}\n", True),
    "a backslash behind an empty variable": (f"A=\necho $A\\{BLOCK}=true >> {FILE}\n", True),
    "a backslash behind quotes, and more": (
        f"{ON}echo '{BLOCK}'\\=\"$ON\" >> {FILE}\n", True,
    ),
    "a line break behind a variable": (f"{ON}echo -e {BLOCK}=$ON\\\\nA=b >> {FILE}\n", True),
    "a backslash of the next word": (f'echo -n "{BLOCK}" \\=true >> {FILE}\n', None),
    "a folder behind a backslash": (
        f"{DRAFT}D=/etc\nmv draft $D\\/ecs/ecs.config\n", True,
    ),
    "behind a text": (f"cat > a <<E && echo {BLOCK}=true >> {FILE}\na\nE\n", True),
    "behind a text to an own command": (f"mine <<E && echo {BLOCK}=true >> {FILE}\na\nE\n", OPEN),
    "where a text to no command failed": (f"<<E || echo {BLOCK}=true >> {FILE}\na\nE\n", OPEN),
    "a text that goes on twice": (
        f"cat <<E | tee {FILE} && echo A=b >> {FILE}\n{BLOCK}=true\nE\n", True,
    ),
    "a here-string": (f"cat <<< {BLOCK}=true >> {FILE}\n", True),
    "a here-string that begins a line": (
        f"cat > more <<'EOF'\n{BLOCK}=false\nEOF\ntee -a {FILE} <<< {BLOCK}=true\n", True,
    ),
    "a here-string to a loop": (f"for i in a; do tee -a {FILE}; done <<< {BLOCK}=true\n", OPEN),
    "a here-string to a branch that is run": (
        f"if [ -n a ]; then tee -a {FILE}; fi <<< {BLOCK}=true\n", True,
    ),
    "a here-string to tee": (f"tee -a {FILE} <<< '{BLOCK}=true'\n", True),
    "a sign without meaning": (f"cat <<EOF >> {FILE}\nA=\\$X\n{BLOCK}=true\nEOF\n", True),
    "a sign without meaning before a variable": (
        f"{ON}cat <<EOF >> {FILE}\n{BLOCK}=\\\ntr\\\nue\nA=$ON\nEOF\n", True,
    ),
    "back quotes around nothing": (
        f"echo {BLOCK}=true >> {FILE}\nA=``\nif [ -z \"$A\" ]; then\n  echo >> {FILE}\nfi\n", True,
    ),
    "back quotes in a text": (f"cat <<EOF >> {FILE}\n{BLOCK}=`x`\nEOF\n", OPEN),
    "a command in a text": (f"cat <<EOF >> {FILE}\n{BLOCK}=$(x)\nEOF\n", OPEN),
    "a variable in a text": (f"{ON}cat <<EOF >> {FILE}\n{BLOCK}=$ON\nEOF\n", True),
    "a word of a function in a text": (
        f"f() {{\ncat <<EOF >> {FILE}\n{BLOCK}=$1\nEOF\n}}\nf true\n", True,
    ),
    "a word of a function in a quoted text": (
        f"f() {{\ncat <<'EOF' >> {FILE}\n{BLOCK}=$1\nEOF\n}}\nf true\n", None,
    ),
    "a second word of a function in a text": (
        f"f() {{\ncat <<EOF >> {FILE}\nA=$1\n{BLOCK}=$2\nEOF\n}}\nf false true\n", True,
    ),
    "a word that a function is not given": (f"cat <<EOF >> {FILE}\n{BLOCK}=$1\nEOF\n", OPEN),
    "all words in a text": (f"cat <<EOF >> {FILE}\n{BLOCK}=$@\nEOF\n", OPEN),
    "the last status in a text": (f"cat <<EOF >> {FILE}\n{BLOCK}=$?\nEOF\n", OPEN),
    "a dollar sign alone in a text": (f"cat <<EOF >> {FILE}\nA=$\n{BLOCK}=1\nEOF\n", True),
    "a word of a function with a backslash": (
        f"f() {{\ncat <<EOF >> {FILE}\n{BLOCK}=\\$1\nEOF\n}}\nf true\n", None,
    ),
    "a variable that begins with a line": (
        f"_ON=true\ncat <<EOF >> {FILE}\n{BLOCK}=$_ON\nEOF\n", True,
    ),
    "a sum in a text": (f"cat <<EOF >> {FILE}\n{BLOCK}=$((1-1))\nEOF\n", OPEN),
    "a sum in double quotes": (f'echo "{BLOCK}=$((1-1))" >> {FILE}\n', OPEN),
    "a sum": (f"echo {BLOCK}=$((1-1)) >> {FILE}\n", OPEN),
    "a variable in a quoted text": (f"{ON}cat <<'EOF' >> {FILE}\n{BLOCK}=$ON\nEOF\n", None),
    "a variable in a text in double quotes": (
        f'{ON}cat <<"EOF" >> {FILE}\n{BLOCK}=$ON\nEOF\n', None,
    ),
    "a line that begins with the end of its text": (
        f"cat <<ECS >> {FILE}\nECS_CLUSTER=a\n{BLOCK}=true\nECS\n", True,
    ),
    "lines that begin with the ends of several texts": (
        f"cat <<'E' > more\nE=a\nE\ncat <<-E.B >> {FILE}\n\tE.B.C=a\n\t{BLOCK}=true\n\tE.B\n",
        True,
    ),
    "a text that ends before a line that begins with its end": (
        f"cat <<EOF >> {FILE}\n{BLOCK}=true\nEOF\nEOF_=1\n", True,
    ),
    "a text on two lines": (f"cat <<EOF >> {FILE}\n{BLOCK}=\\\ntrue\nEOF\n", True),
    "a text, and then a command": (
        f"cat <<EOF >> {FILE} && echo {BLOCK}=true >> {FILE}\nA=b\nEOF\n", True,
    ),
    "a text to an own command, and then": (
        f"mine <<EOF && echo {BLOCK}=true >> {FILE}\nA=b\nEOF\n", OPEN,
    ),
    "an unquoted text of two lines, which are one word each": (
        f"ON='A=b\n{BLOCK}=true'\necho $ON >> {FILE}\n", None,
    ),
    "a text of two lines in quotes": (f"ON='A=b\n{BLOCK}=true'\necho \"$ON\" >> {FILE}\n", True),
    "an unquoted word that is none": (f"ON=\nf() {{ {WRITES_ONE}}}\nf $ON true\n", True),
    "a quoted word that is empty": (f"ON=\nf() {{ {WRITES_ONE}}}\nf \"$ON\" true\n", None),
    "an unquoted word that is two": (f"ON='a true'\nf() {{ {WRITES_TWO}}}\nf $ON\n", True),
    "braces": (f"printf '%s\\n' {BLOCK}={{false,true}} >> {FILE}\n", True),
    "braces in quotes": (f"echo '{BLOCK}={{false,true}}' >> {FILE}\n", None),
    "braces behind a variable": (
        f"ON={BLOCK}=\nprintf '%s\\n' $ON{{false,true}} >> {FILE}\n", True,
    ),
    "braces without a choice": (f"echo {BLOCK}=true{{}} >> {FILE}\n", None),
    "a variable that a branch changes": (f"{ON}if x; then ON=false; fi\n{WRITES_ON}", OPEN),
    "a variable that grows": (f"ON=tr\nON+=ue\n{WRITES_ON}", OPEN),
    "a variable in braces": (f"{ON}echo {BLOCK}=${{ON}} >> {FILE}\n", True),
    "a variable with a default": (f"{ON}echo {BLOCK}=${{ON:-false}} >> {FILE}\n", OPEN),
    "the length of a variable": (f"{ON}echo {BLOCK}=${{#ON}} >> {FILE}\n", OPEN),
    "an empty variable": (f"ON=\necho {BLOCK}=true$ON >> {FILE}\n", True),
    "several variables": (f"export A=b {ON}{WRITES_ON}", True),
    "a variable of one command": (f"ON=false\nON=true mine\n{WRITES_ON}", False),
    "a variable in single quotes": (f"{ON}echo '{BLOCK}=$ON' >> {FILE}\n", None),
    "a dollar sign in double quotes": (f'{ON}echo "{BLOCK}=\\$ON" >> {FILE}\n', None),
    "$'...'": (f"echo $'A=b\\n{BLOCK}=true' >> {FILE}\n", True),
    "a command on several lines": (f"echo \\\n  {BLOCK}=true \\\n  >> {FILE}\n", True),
    "a word on two lines": (f"echo {BLOCK}=\\\ntrue >> {FILE}\n", True),
    "a text in double quotes on two lines": (f'echo "{BLOCK}=\\\ntrue" >> {FILE}\n', True),
    "a backslash at the end of a line in double quotes": (
        f'echo "A=b\\\\\n{BLOCK}=true" >> {FILE}\n', True,
    ),
    "a backslash at the end of a line in a text": (
        f"cat <<EOF >> {FILE}\nA=b\\\\\n{BLOCK}=true\nEOF\n", True,
    ),
    "a backslash before a letter in $'...'": (f"echo $'A=b\\\\n{BLOCK}=true' >> {FILE}\n", None),
    "a tab in $'...'": (f"echo $'\\t{BLOCK}=true\\r' >> {FILE}\n", True),
    "a backslash": (f"echo {BLOCK}=\\true >> {FILE}\n", True),
    "a word of several kinds": (f"echo {BLOCK}'='\"tr\"ue >> {FILE}\n", True),
}  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), SYNTAX.values(), ids=SYNTAX)
def test_how_scripts_are_read(script: str, expected: object) -> None:
    """Quotes, variables, redirections and branches mean what they mean to a shell."""
    assert told(read(SCRIPT + script)) == expected


IDLE = "cd /a; chmod 1 a; chown a b; printf A=b; set -e; touch a; true; export A=b; unset A"
INPUTS: dict[str, tuple[str, object]] = {
    "a group": (f"{{ cat >> {FILE}; }}", True),
    "a group whose output goes to a file": (f"{{ cat; }} >> {FILE}", True),
    "a subshell": (f"(cat >> {FILE})", True),
    "a function": ("f", True),
    "a branch that is run": (f"if [ -n a ]; then cat >> {FILE}; fi", True),
    "a branch of an else": (f"if false; then x; else cat >> {FILE}; fi", True),
    "a branch that may be run": (f"if x; then cat >> {FILE}; fi", OPEN),
    "the condition of a branch": (f"if tee -a {FILE}; then x; fi", True),
    "a case": (f"case $X in a) cat >> {FILE};; esac", OPEN),
    "a loop": (f"for i in a; do tee -a {FILE}; done", OPEN),
    "a loop over lines": (f"while read l; do echo $l >> {FILE}; done", OPEN),
    "a condition turned around": (f"! tee -a {FILE}", True),
    "behind a success": (f"mkdir -p a && cat >> {FILE}", True),
    "behind two": (f"mkdir a && cd a && tee -a {FILE}", True),
    "behind an own command": (f"mine && cat >> {FILE}", OPEN),
    "behind a test": (f"{{ [ -n a ] && cat >> {FILE}; }}", True),
    "in a group, behind a success": (f"{{ mkdir a && cat >> {FILE}; }}", True),
    "in a group, behind what does not read it": (
        f"{{ A=b; # c\n echo A=b; sudo mkdir a; echo a > b; cat; }} >> {FILE}", True,
    ),
    "in a group, behind all that reads nothing": (
        f"{{ {IDLE}; g() {{ cat; }}; mkdir a && touch a; cat; }} >> {FILE}", True,
    ),
    "in a group, behind what may read it": (f"{{ mine; cat; }} >> {FILE}", OPEN),
    "in a group, behind what may read it and writes": (f"{{ mine > a; cat; }} >> {FILE}", OPEN),
}  # fmt: skip


@pytest.mark.parametrize(("reads", "expected"), INPUTS.values(), ids=INPUTS)
def test_what_reads_a_text(reads: str, expected: object) -> None:
    """Whatever stands before a text, the first command in it that may read it does."""
    own = f"f() {{\n  local a\n  cat >> {FILE}\n}}\n"
    text = f"<<EOF\n{BLOCK}=true\nEOF\n"

    assert told(read(f"{SCRIPT}{own}{reads} {text}f < /dev/null\n")) == expected
    piped = f"{own}echo {BLOCK}=true | {{ {reads}\n}}\nf < /dev/null\n"
    assert told(read(SCRIPT + piped)) == expected


def test_a_text_to_a_group_that_runs_it() -> None:
    """A shell in it runs its input, and a program of another language may do what it says."""
    script = f"echo {BLOCK}=true >> {FILE}"

    assert told(read(f"{SCRIPT}(bash) <<EOF\n{script}\nEOF\n")) is True
    assert told(read(f"{SCRIPT}(mine; bash) <<EOF\n{script}\nEOF\n")) is OPEN
    assert told(read(f"{SETS}(python3 -) <<EOF\nopen('{FILE}')\nEOF\n")) is OPEN
    assert told(read(f"{SETS}(python3 -) <<EOF\nprint(1)\nEOF\n")) is True


AFTERWARDS: dict[str, tuple[tuple[str | Value, ...], object]] = {
    "a copy of it": ((f"cp {FILE} backup\n",), True),
    "it is moved away": ((f"mv {FILE} backup\n",), None),
    "a copy of a file from elsewhere": ((f"cp other {FILE}\n",), OPEN),
    "a copy of nothing": (("cp\n",), True),
    "a folder that cp leaves out": (("cp /opt/ecs /etc/\n",), True),
    "a copy of another file over it": ((f"echo A=b > a\ncp a {FILE}\n",), None),
    "a copy to nowhere": ((f"cp {FILE}\n",), True),
    "a removed file": (("rm -f draft\n",), True),
    "removed in a branch": ((f"if x; then rm {FILE}; fi\n",), OPEN),
    "removed by a pattern": (("rm -f /etc/ecs/*\n",), None),
    "removed by a pattern of its ending": (("rm -f /etc/ecs/ecs.*\n",), None),
    "removed by a pattern of one letter": (("rm -f /etc/ecs/ecs.confi[a-h]\n",), None),
    "removed by a pattern of its folder": (("rm -rf /etc/ec?\n",), None),
    "removed with its folder": (("rm -rf /etc/ecs\n",), None),
    "removed with its folder, --recursive": (("rm --recursive /etc/ecs/\n",), None),
    "removed from within its folder": (("cd /etc/ecs && rm -f *\n",), None),
    "removed by one of two names": (("rm -f /etc/ecs/{a,ecs.config}\n",), None),
    "removed by a variable": (("D=/etc/ecs\nrm -rf $D/*\n",), None),
    "removed, perhaps": (("rm -rf $D\n",), OPEN),
    "removed, perhaps, by a pattern": (("rm -rf /etc/$D/*\n",), OPEN),
    "removed, and other words instead": ((f"rm -rf /etc/ecs/*\necho A=b >> {FILE}\n",), None),
    "a folder that is not removed": (("rm -f /etc/ecs\n",), True),
    "a pattern where no directory is known": (("rm -rf *\n",), True),
    "moved by a pattern where no directory is known": (("mv ./* /opt/app/\n",), True),
    "a pattern in quotes": (("rm -f '/etc/ecs/*'\n",), OPEN),
    "a pattern in quotes that is moved": (('D=/etc/ecs\nmv "$D/*" /opt/\n',), OPEN),
    "moved, perhaps": (("mv $(find /tmp -name jq) /usr/local/bin/jq\n",), OPEN),
    "moved, perhaps, to a folder": (('mv "${A[@]}" /opt/\n',), OPEN),
    "copied, perhaps": (('cp -r "$X" /opt\n',), True),
    "a pattern of other files": (("rm -f /etc/ecs/*.bak /var/log/ecs/* /etc/*\n",), True),
    "a folder of a like name": (("rm -rf /etc/ec /tmp/etc/ecs\n",), True),
    "a temporary folder": (("D=$(mktemp -d)\nrm -rf $D\n",), True),
    "a temporary folder of a name": (("D=$(mktemp -d /tmp/a.XXXX)\nrm -rf $D\n",), True),
    "its folder is moved away": (("mv /etc/ecs /etc/old\n",), None),
    "it is renamed": ((f"mv {FILE}{{,.bak}}\n",), None),
    "a folder over its own": (("cp -a /opt/ecs /etc/\n",), OPEN),
    "a folder's content": (("cp -r /opt/ecs/* /etc/ecs/\n",), OPEN),
    "a folder's whole content": (("cp -r /opt/ecs/. /etc/ecs\n",), OPEN),
    "several files": (("cp /opt/a /opt/ecs.config /etc/ecs\n",), OPEN),
    "several other files": (("cp /opt/a /opt/b /etc/ecs\n",), True),
    "other files by a pattern": (("cp /opt/*.json /etc/ecs/\n",), True),
    "another folder": (("cp -r /opt/a /etc/\n",), True),
    "files that were written, by a pattern": (
        (f"echo {BLOCK}=false > /tmp/ecs.config\ncp /tmp/* /etc/ecs/\n",), False,
    ),
    "files that were written, by their folder": (
        (f"echo {BLOCK}=false > /tmp/ecs/ecs.config\ncp -r /tmp/ecs /etc/\n",), False,
    ),
    "files that were written, by their folder with a slash": (
        (f"echo {BLOCK}=false > /tmp/ecs/ecs.config\ncp -r /tmp/ecs/ /etc/\n",), False,
    ),
    "removed, whatever comes of it": ((f"! rm {FILE}\n",), None),
    "a script from elsewhere": (("bash run.sh\n",), OPEN),
    "sed, which prints": ((f"sed s/a/b/ {FILE}\n",), True),
    "sed --in-place": ((f"sed --in-place s/a/b/ {FILE}\n",), OPEN),
    "sed -i in a branch": ((f"if x; then sed -i s/a/b/ {FILE}; fi\n",), OPEN),
    "sed -i of another file": (("sed -i s/a/b/ /etc/hosts\n",), True),
    "a program that is given its name": ((f"make_config {FILE}\n",), OPEN),
    "a program that is given its name in an option": ((f"dd if=x of={FILE}\n",), OPEN),
    "a download over it": ((f"curl -o {FILE} https://example.com\n",), OPEN),
    "what a download prints": ((f"curl https://example.com > {FILE}\n",), OPEN),
    "a download with a word of its status": ((FETCHED.format("-so x -w '%{http_code}'"),), OPEN),
    "a download with its status": ((FETCHED.format("-s -o x --write-out y"),), OPEN),
    "a download to a file": ((FETCHED.format("--output=x"),), True),
    "a download under its own name": ((FETCHED.format("-sSfLO"),), True),
    "a download under a remote name": ((FETCHED.format("--remote-name"),), True),
    "another value in the other branch": (
        (f"if x; then y; else echo {BLOCK}=false >> {FILE}; fi\n",), OPEN,
    ),
    "another value in a loop": ((f"while x; do echo {BLOCK}=false >> {FILE}; done\n",), OPEN),
    "another value if something fails": ((f"x || echo {BLOCK}=false >> {FILE}\n",), OPEN),
    "another value if a text cannot be written": (
        (f"cat <<EOF >> {FILE} || echo {BLOCK}=false >> {FILE}\nA=b\nEOF\n",), OPEN,
    ),
    "its errors": ((f"mine 2>> {FILE}\n",), True),
    "it is the input": ((f"mine < {FILE}\n",), True),
    "&>": ((f"echo A=b &> {FILE}\n",), None),
    ">|": ((f"echo A=b >| {FILE}\n",), None),
    "emptied by the first of two files": ((f"echo A=b > {FILE} > more\n",), None),
    "opened by the first of two files": ((f"echo A=b >> {FILE} > more\n",), True),
    "emptied by the first of two files, from where the script stands": (
        ("cd /etc/ecs\necho A=b > ecs.config > /tmp/more\n",), None,
    ),
    "emptied": ((f"> {FILE}\n",), None),
    "written over in a branch": ((f"if x; then echo A=b > {FILE}; fi\n",), OPEN),
    "more in a branch": ((f"if x; then echo A=b >> {FILE}; fi\n",), True),
    "another file of its folder, or it": ((f"echo {BLOCK}=false >> /etc/ecs/$X\n",), OPEN),
    "another file of its folder, by another way": (
        (f"echo {BLOCK}=false >> /tmp/../etc/./ecs/$X\n",), OPEN,
    ),
    "another file of where the script stands, or it": (
        (f"cd /etc/ecs\necho {BLOCK}=false >> ./$X\n",), OPEN,
    ),
    "a file of a folder that is not known": (
        (f"echo {BLOCK}=false >> /etc/$X/../a.config\n",), True,
    ),
    "a file of any folder": ((f"echo {BLOCK}=false >> /$X\n",), OPEN),
    "a file of another folder by another way": (
        (f"echo {BLOCK}=false >> /etc/ecs/../$X/a.json\n",), True,
    ),
    "a file of another folder": ((f"echo {BLOCK}=false >> /tmp/$X\n",), True),
    "a file with another ending": ((f"echo {BLOCK}=false >> $X.json\n",), True),
    "a file that the sources leave open": ((f"echo {BLOCK}=false >> ", VAR, "\n"), OPEN),
    "a file of the instance": ((f"echo {BLOCK}=false >> /var/lib/ecs/ecs.config\n",), True),
    "a name that is not known": (("echo ", VAR, f"=true >> {FILE}\n"), OPEN),
    "a line that is not known": (("echo ", VAR, f" >> {FILE}\n"), OPEN),
    "a line without a name": ((f"echo =false >> {FILE}\n",), True),
    "a branch that is not known": (("if x; then\n", VAR, "\nfi\n"), OPEN),
    "sudo of nothing": (("sudo\n",), True),
}  # fmt: skip


@pytest.mark.parametrize(("more", "expected"), AFTERWARDS.values(), ids=AFTERWARDS)
def test_what_is_left_of_a_setting(more: tuple[str | Value, ...], expected: object) -> None:
    """A setting stays until something changes its file, or may do so."""
    assert told(read(SETS + str(more[0]), *more[1:])) == expected


READERS = (
    "[ -f", "cat", "chkconfig", "chmod 600", "chown root", "docker run --env-file", "file",
    "grep A", "egrep A", "head", "initctl", "less", "ls", "mkdir", "restorecon", "service", "start",
    "stat", "stop", "systemctl", "tail", "test -f", "touch", "wc", "cfn-signal", "logger -f",
    "diff a", "chattr +i", "setfacl -m u:a:r", "source",
)  # fmt: skip


def test_commands_that_only_read() -> None:
    """What looks at the agent's file, or only changes who may do so, leaves its settings sure."""
    assert [each for each in READERS if told(read(f"{SETS}{each} {FILE}\n")) is not True] == []


SUCCEED = (
    "apt", "apt-get", "cat", "cd", "chmod", "chown", "curl", "dnf", "echo", "install",
    "mkdir", "printf", "rpm", "set", "sleep", "start", "sudo yum", "systemctl", "tee", "touch",
    "true", "yum", "update-ca-trust",
)  # fmt: skip


OF_THE_SYSTEM = (
    "ANSI_COLOR", "BUG_REPORT_URL", "BUILD_ID", "CPE_NAME", "HOME_URL", "ID", "ID_LIKE", "LOGO",
    "NAME", "PLATFORM_ID", "PRETTY_NAME", "SUPPORT_END", "SUPPORT_URL", "VARIANT", "VARIANT_ID",
    "VENDOR_NAME", "VENDOR_URL", "VERSION", "VERSION_CODENAME", "VERSION_ID",
)  # fmt: skip


def test_variables_of_os_release() -> None:
    """The file sets what os-release(5) names, and nothing else."""
    script = f"{SCRIPT}{{0}}=true\n. /etc/os-release\necho {BLOCK}=${{0}} >> {FILE}\n"

    told_ = {name: told(read(script.format(name))) for name in (*OF_THE_SYSTEM, "MY_ID")}
    assert told_ == {**dict.fromkeys(OF_THE_SYSTEM, OPEN), "MY_ID": True}


def test_commands_that_succeed() -> None:
    """On the success of what sets up a machine the next command counts."""
    then = f" x && echo {BLOCK}=true >> {FILE}\n"

    assert [each for each in SUCCEED if told(read(SCRIPT + each + then)) is not True] == []


def test_how_a_command_is_run() -> None:
    """A command does the same behind what only says how it is run, and so does any shell."""
    ways = ["sudo", "env", "command", "nohup", "time", "builtin", "exec", "sudo nohup"]
    ways += ["cloud-init-per instance settings", "sudo cloud-init-per once a"]
    ways += ["nice", "nice -n 5", "ionice -c 3", "setsid -w", "stdbuf -o L", "timeout 60"]
    ways += ["timeout -k 5 60", "timeout --foreground 1m", "sudo timeout 9 nice"]
    ways += ["timeout --signal KILL 10", "timeout --kill-after=5 10", "nice --adjustment 10"]
    ways += ["exec -a agent", "env -u HOME A=b", "sudo -u root -g root", "time -f %e"]
    ways += ["env -C /opt --chdir /opt --unset HOME", "time -o a --format b --output c"]
    ways += ["ionice -c 2 -n 7", "ionice --class 2 --classdata 7", "timeout -s KILL 10"]
    ways += ["timeout --kill-after 5 10"]
    ways += ["stdbuf -e L -i L --error L --input L --output L"]
    ways += ["sudo -C 3 -D /opt -p a --chdir /opt --group root --prompt a --user root"]
    shells = ("bash", "sh", "dash", "ash", "zsh", "ksh")
    scripts = [f"echo {BLOCK}=true | {way} tee -a {FILE}\n" for way in ways]
    scripts += [f"{shell} -c 'echo {BLOCK}=true >> {FILE}'\n" for shell in shells]

    assert [each for each in scripts if told(read(SCRIPT + each)) is not True] == []


@pytest.mark.parametrize(
    "command",
    [
        "foo $(echo {0}=true >> {1})",
        'foo a "$(echo {0}=true >> {1})"',
        "cloud-init-per instance $(cd /etc/ecs && echo {0}=true >> ecs.config)",
        "foo `echo {0}=true >> {1}`",
        'foo "a: $(echo {0}=true >> {1})"',
        "foo --a=$(echo {0}=true >> {1})",
        'foo "${{A:-$(echo {0}=true >> {1})}}"',
        "foo <(echo {0}=true >> {1})",
        "foo >(echo {0}=true >> {1})",
        "A=$(echo {0}=true >> {1}) foo",
        "A=$(echo {0}=true >> {1})",
        'A="$(echo {0}=true >> {1})" B=b',
        "export A=$(echo {0}=true >> {1})",
        "A=(a $(echo {0}=true >> {1}))",
    ],
)
def test_what_a_word_writes(command: str) -> None:
    """The statements in `$(...)` act, whatever the command is whose word their output is."""
    assert told(read(SCRIPT + command.format(BLOCK, FILE) + "\n")) is True
    assert told(read(SCRIPT + command.format("OTHER", FILE) + "\n")) is not True


def test_what_a_command_is_given_to_write() -> None:
    """What goes into `>(...)` nobody knows."""
    assert told(read(f"{SETS}foo >(cat > {FILE})\n")) is OPEN
    assert told(read(f"{SETS}foo >(cat >> {FILE})\n")) is OPEN


@pytest.mark.parametrize(
    "command",
    [
        "A=$(. /etc/os-release && echo $ID)",
        "A=$(curl -s https://example.com 2>/dev/null || echo a)",
        "A=$(cd /tmp && pwd)",
        "foo '$(echo {0}=false >> {1})'",
        "foo >(cat 2>/dev/null)",
        "foo >(cat > /tmp/a)",
        "foo <(cat >> {1})",
    ],
)
def test_words_that_write_nothing_of_the_agents(command: str) -> None:
    """What else stands in `$(...)` leaves the settings as they are."""
    script = command.format(BLOCK, FILE)

    assert told(read(f"{SCRIPT}{script}\n")) is None
    assert told(read(f"{SETS}{script}\n")) is True


@pytest.mark.parametrize(
    ("rule", "truth"),
    [
        ("-I DOCKER-USER --dst 169.254.169.254/32 --jump DROP", True),
        ("-I DOCKER-USER --destination=169.254.169.254/32 -j DROP", True),
        ("-I FORWARD -i docker0 -d 169.254.169.254 -j REJECT", True),
        ("-I FORWARD -i eth1 -d 169.254.169.254 -j DROP", False),
        ("-I FORWARD -i br-1a2b3c -d 169.254.169.254 -j DROP", None),
        ("-I FORWARD -d 169.254.0.0/16 -j DROP", True),
        ("-I FORWARD -j DROP", True),
        ("-I FORWARD -d 10.0.0.0/8 -j DROP", False),
        ("-I FORWARD -d $ADDRESS -j DROP", None),
        ("-I FORWARD -p udp -d 169.254.169.254 -j DROP", False),
        ("-I FORWARD -p tcp --dport 443 -d 169.254.169.254 -j DROP", False),
        ("-I FORWARD -p tcp -m tcp --dport 80 -d 169.254.169.254 -j DROP", True),
        ("-I FORWARD -p tcp -m multiport --dports 1:100,443 -d 169.254.169.254 -j DROP", True),
        ("-I FORWARD -p tcp --dport http -d 169.254.169.254 -j DROP", True),
        ("-I FORWARD -p tcp --dport https -d 169.254.169.254 -j DROP", None),
        ("-I FORWARD -p tcp --dport :80 -d 169.254.169.254 -j DROP", True),
        ("-I FORWARD -p tcp --dport 80: -d 169.254.169.254 -j DROP", True),
        ("-I FORWARD -p tcp --dport 81: -d 169.254.169.254 -j DROP", False),
        ("-I FORWARD -p tcp --dport :79 -d 169.254.169.254 -j DROP", False),
        ("-I FORWARD -p 6 -d 169.254.169.254 -j DROP", True),
        ("-I FORWARD -p all -d 10.0.0.1,169.254.169.254 -j DROP", True),
        ("-I FORWARD -d metadata -j DROP", None),
        ("-I FORWARD 5 -d 169.254.169.254 -j DROP", None),
        ("-t raw -I FORWARD -d 169.254.169.254 -j DROP", False),
        ("-t $TABLE -I FORWARD -d 169.254.169.254 -j DROP", None),
        ("-t nat -I POSTROUTING -j MASQUERADE", False),
        ("-I OUTPUT -d 169.254.169.254 -j DROP", False),
        ("-A INPUT -d 169.254.169.254 -j DROP", False),
        ("-t raw -I PREROUTING -d 169.254.169.254 -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 -j ACCEPT", False),
        ("-I DOCKER-USER -d 169.254.169.254 --source 172.17.0.2 -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 --src 172.17.0.2 -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 -m owner -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 --match owner -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 -m rpfilter -m tcp -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 -m tcp --match=rpfilter -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 -m limit --limit 5/s -m tcp -j DROP", None),
        ("-I DOCKER-USER -p tcp -m tcp -m comment --comment imds --dport 80 -j DROP", True),
        ("-I DOCKER-USER ! -d 169.254.169.254 -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 -o eth0 -j DROP", None),
        ("-I DOCKER-USER -d 169.254.169.254 --out-interface eth0 -j DROP", None),
    ],
)
def test_rules_of_iptables_in_other_words(rule: str, truth: bool | None) -> None:
    """What a rule is confined to leaves open whether it drops all that containers send."""
    assert read(f"{SCRIPT}iptables {rule}\n").drops_metadata.truth is truth


_DROP = "DOCKER-USER -d 169.254.169.254 -j DROP"


@pytest.mark.parametrize(
    ("calls", "truth"),
    [
        ((f"-I {_DROP}", f"-D {_DROP}"), False),
        ((f"-I {_DROP}", "--delete DOCKER-USER 1"), False),
        ((f"-I {_DROP}", "-F DOCKER-USER"), False),
        ((f"-I {_DROP}", "-F"), False),
        ((f"-I {_DROP}", "-F FORWARD"), True),
        ((f"-I {_DROP}", "-t nat -F"), True),
        ((f"-I {_DROP}", "-F $CHAIN"), None),
        ((f"-I {_DROP}", "-D DOCKER-USER -d 10.0.0.1 -j DROP"), True),
        ((f"-I {_DROP}", f"-I {_DROP}", f"-D {_DROP}"), True),
        ((f"-D {_DROP}", f"-I {_DROP}"), True),
        ((f"-I {_DROP}", "-I DOCKER-USER -d 169.254.169.254 -j ACCEPT"), False),
        ((f"-I {_DROP}", "-I DOCKER-USER -j RETURN"), False),
        ((f"-I {_DROP}", "-I DOCKER-USER -s 172.17.0.2 -j ACCEPT"), None),
        ((f"-I {_DROP}", "-I DOCKER-USER -d 10.0.0.0/8 -j ACCEPT"), True),
        ((f"-I {_DROP}", "-I DOCKER-USER -j LOG"), True),
        ((f"-I {_DROP}", "-I DOCKER-USER -j NFLOG"), True),
        ((f"-I {_DROP}", "-I DOCKER-USER -j MARK"), True),
        ((f"-I {_DROP}", "-I DOCKER-USER"), True),
        ((f"-I {_DROP}", "-I DOCKER-USER -g MINE"), None),
        ((f"-I {_DROP}", "-I DOCKER-USER -j MINE"), None),
        ((f"-I {_DROP}", "-I DOCKER-USER 2 -j ACCEPT"), True),
        ((f"-I {_DROP}", "-R DOCKER-USER 1 -j ACCEPT"), False),
        (("-I DOCKER-USER -j ACCEPT", "-I FORWARD -j DROP"), None),
        ((f"-C {_DROP}",), False),
        ((f"-I {_DROP} -m tcp -m rpfilter", f"-D {_DROP} -m rpfilter"), None),
    ],
)
def test_orders_of_rules(calls: tuple[str, ...], truth: bool | None) -> None:
    """The first rule that matches decides, and one that is deleted does nothing."""
    script = "".join(f"iptables {call}\n" for call in calls)

    assert read(SCRIPT + script).drops_metadata.truth is truth


_FIRST = "iptables -I DOCKER-USER -j ACCEPT\n"


@pytest.mark.parametrize(
    ("script", "truth"),
    [
        (f"iptables -C {_DROP} || iptables -I {_DROP}\n", True),
        (f"iptables -C {_DROP} 2>/dev/null || iptables -I {_DROP}\n", True),
        (f"iptables -C {_DROP} || iptables -I DOCKER-USER 1 {_DROP[12:]}\n", True),
        (f"if ! iptables -C {_DROP} > /dev/null 2>&1; then iptables -I {_DROP}; fi\n", True),
        (f"! iptables -C {_DROP} 2>/dev/null && iptables -I {_DROP}\n", True),
        (f"if ! iptables -C {_DROP}; then\necho a\niptables -I {_DROP} 2>&1\nfi\n", True),
        (f"if iptables -C {_DROP}; then :; else iptables --insert {_DROP}; fi\n", None),
        (f"if false; then x; elif ! iptables -C {_DROP}; then iptables -I {_DROP}; fi\n", True),
        (f"if x; then y; elif ! iptables -C {_DROP}; then iptables -I {_DROP}; fi\n", None),
        (f"iptables -C {_DROP} && iptables -I {_DROP}\n", None),
        (f"sudo iptables -C {_DROP} && sudo iptables -I {_DROP}\n", None),
        (f"! iptables -C {_DROP} || iptables -I {_DROP}\n", None),
        (f"iptables -C {_DROP} && iptables -I {_DROP} 2>/dev/null\n", None),
        (f"iptables -C {_DROP} || iptables -I {_DROP} 2>/dev/null\n", True),
        (f"{{ iptables -C {_DROP}; x; }} || iptables -I {_DROP}\n", None),
        (f"iptables -C {_DROP} | x || iptables -I {_DROP}\n", None),
        (f"iptables -C {_DROP} || {{ x && iptables -I {_DROP}; }}\n", None),
        (f"x || iptables -C {_DROP} || iptables -I {_DROP}\n", None),
        (f"if iptables -C {_DROP}; then iptables -I {_DROP}; fi\n", None),
        (f"if ! iptables -C {_DROP}; x; then iptables -I {_DROP}; fi\n", None),
        (f"iptables -C {_DROP}\nif [ -e /flag ]; then iptables -I {_DROP}; fi\n", None),
        (f"iptables -C {_DROP}\n[ -e /flag ] || iptables -I {_DROP}\n", None),
        (
            f"if ! iptables -C {_DROP}; then\nif [ -e /flag ]; then iptables -I {_DROP}; fi\nfi\n",
            None,
        ),
        (f"if ! iptables -C {_DROP}; then :; fi; while x; do iptables -I {_DROP}; done\n", None),
        (f"if ! iptables -C {_DROP}; then iptables -F; iptables -I {_DROP}; fi\n", None),
        (f"x || {{ iptables -C {_DROP} || iptables -I {_DROP}; }}\n", None),
        (f"iptables -C {_DROP} || iptables -A {_DROP}\n", None),
        (f"iptables -C {_DROP} -s 172.17.0.2 || iptables -I {_DROP}\n", None),
        (f"iptables -C {_DROP[12:]} || iptables -I {_DROP}\n", None),
        (f"iptables -I {_DROP}\n{_FIRST}iptables -C {_DROP} || iptables -I {_DROP}\n", None),
        (f"iptables-legacy -I {_DROP}\n", True),
        (f"sudo /usr/sbin/iptables-nft -I {_DROP}\n", True),
        (f"ip6tables -I {_DROP}\n", False),
        (f"iptables -C {_DROP}\niptables -F\nif x; then iptables -I {_DROP}; fi\n", None),
    ],
)
def test_rules_that_are_asked_for(script: str, truth: bool | None) -> None:
    """A rule that is put in where it is missing is there afterwards."""
    assert read(SCRIPT + script).drops_metadata.truth is truth


def test_rules_that_are_restored() -> None:
    """Nobody knows what is in the file."""
    script = f"iptables -I {_DROP}\niptables-restore < /etc/rules\n"

    assert read(SCRIPT + script).drops_metadata.truth is None


def test_a_rule_of_iptables_in_a_branch() -> None:
    """It drops nothing for sure."""
    rule = "iptables -I DOCKER-USER -d 169.254.169.254 -j DROP"

    assert read(f"{SCRIPT}if x; then {rule}; fi\n").drops_metadata.truth is None


@pytest.mark.parametrize("value", ["1", "t", "T", "TRUE", "true", "True"])
def test_words_for_true(value: str) -> None:
    """The agent reads them as Go does."""
    assert told(read(f"{SCRIPT}echo {BLOCK}={value} >> {FILE}\n")) is True


@pytest.mark.parametrize("value", ["0", "f", "F", "FALSE", "false", "False"])
def test_words_for_false(value: str) -> None:
    """The agent reads them as Go does."""
    assert told(read(f"{SCRIPT}echo {BLOCK}={value} >> {FILE}\n")) is False


@pytest.mark.parametrize("value", ["on", "tRUE", "2", ""])
def test_words_for_neither(value: str) -> None:
    """The agent does not take them, and no setting of before stays."""
    assert told(read(f"{SETS}echo {BLOCK}={value} >> {FILE}\n")) is None


def proxies(script: str, *more: str | Value) -> list[tuple[str, str, object, object, str]]:
    """The proxies that a script sets up: whose, which, where, without what, by which socket."""
    found = read(script, *more).proxies
    return [
        (
            each.by, each.kind,
            OPEN if each.address.open else each.address.known,
            OPEN if each.excluded.open else each.excluded.known,
            each.docker,
        )
        for each in found
    ]  # fmt: skip


SERVICE, SOCKET = "the service that starts the agent", "/var/run/docker.sock"
DROP_IN = "/etc/systemd/system/ecs.service.d/http-proxy.conf"
UPSTART = "/etc/init/ecs.override"
SEVERAL = "\"HTTP_PROXY=p:1\" 'HTTPS_PROXY=p:2' NO_PROXY=a,b"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            f"echo 'env HTTP_PROXY=p:1' > {UPSTART}\necho 'env NO_PROXY=a' >> {UPSTART}\n",
            [("HTTP_PROXY", "p:1", "a")],
        ),
        (f"echo 'setenv HTTP_PROXY=p:1' > {UPSTART}\n", []),
        (f"echo '### HTTP_PROXY=p:1' > {UPSTART}\n", []),
        (
            f"echo 'env HTTP_PROXY=p:1' > {UPSTART}\nsed -i s/a/b/ {UPSTART}\n",
            [("HTTP_PROXY", OPEN, OPEN)],
        ),
        (
            f"cat <<'EOF' > {DROP_IN}\n[Service]\nEnvironment={SEVERAL}\nEOF\n",
            [("HTTP_PROXY", "p:1", "a,b"), ("HTTPS_PROXY", "p:2", "a,b")],
        ),
        (
            f"cat <<EOF > {DROP_IN}\n[Service]\n Environment = http_proxy=p:1\nEOF\n",
            [("HTTP_PROXY", "p:1", None)],
        ),
        (f"echo PassEnvironment=HTTP_PROXY=p:1 > {DROP_IN}\n", []),
        (
            "echo Environment=HTTP_PROXY=p:1 > /lib/systemd/system/ecs.service.d/a.conf\n",
            [("HTTP_PROXY", "p:1", None)],
        ),
        ("echo Environment=HTTP_PROXY=p:1 > /etc/systemd/system/docker.service.d/a.conf\n", []),
        (
            f"echo Environment=HTTP_PROXY=p:1 > {DROP_IN}\nsed -i s/a/b/ {DROP_IN}\n",
            [("HTTP_PROXY", OPEN, OPEN)],
        ),
        (
            f"echo NO_PROXY=a >> {FILE}\necho Environment=HTTP_PROXY=p:1 NO_PROXY=b > {DROP_IN}\n",
            [("HTTP_PROXY", "p:1", "a")],
        ),
    ],
    ids=range(11),
)
def test_proxies_of_the_service(script: str, expected: list[tuple[str, object, object]]) -> None:
    """Upstart and systemd give the agent's service an environment, each in its own words."""
    told = [(SERVICE, *each, SOCKET) for each in expected]

    assert proxies(SCRIPT + script) == told


def test_proxies_of_the_agent() -> None:
    """Names in small letters count as well, those in capitals first, and an empty proxy is none."""
    lower = f"echo http_proxy=p:1 >> {FILE}\necho https_proxy=p:2 >> {FILE}\n"
    exclude = f"echo no_proxy=a >> {FILE}\n"
    both = [("the agent", f"{kind}_PROXY", at, "a", SOCKET) for kind, at in TWO]

    assert proxies(SCRIPT + lower + exclude) == both
    (http, _) = proxies(f"{SCRIPT}echo NO_PROXY=b >> {FILE}\n{lower}{exclude}")
    assert http[3] == "b"
    assert proxies(f"{SCRIPT}echo HTTP_PROXY= >> {FILE}\n") == []
    (unknown,) = proxies(f"{SCRIPT}echo HTTP_PROXY=p:1 >> {FILE}\n", VAR, "\n")
    assert unknown[2:4] == (OPEN, OPEN)


TWO = (("HTTP", "p:1"), ("HTTPS", "p:2"))


def test_a_path_that_may_be_that_of_any_file() -> None:
    """What is written to it may be in each file that was written, as far as its path fits."""
    first, last = (
        f"{SCRIPT}echo {BLOCK}=true > /opt/a.env\n",
        f"docker run --env-file /opt/a.env {AGENT}\n",
    )

    assert told(read(first + last)) is True
    assert told(read(f"{first}echo {BLOCK}=false > /opt/", VAR, f".env\n{last}")) is OPEN
    assert told(read(f"{first}echo {BLOCK}=false > /opt/", VAR, f".cfg\n{last}")) is True
    assert told(read(f"{first}echo {BLOCK}=false > /etc/", VAR, f".env\n{last}")) is True


def test_no_cluster_is_the_default_one() -> None:
    """An empty name is none."""
    link = read(f"{SCRIPT}echo ECS_CLUSTER= >> {FILE}\n").cluster

    assert link is not None
    assert link.to == "default"


def test_what_nobody_tells_leaves_the_cluster_as_it_is() -> None:
    """A script from elsewhere may change what the agent is told, but not which cluster it joins."""
    script = f"{SCRIPT}echo ECS_CLUSTER=main >> {FILE}\ncurl -o a.sh x\nbash a.sh\n"
    found = read(script + f"if x; then echo ECS_CLUSTER=other >> {FILE}; fi\n")
    agent_ = read(script)

    assert agent_.joins.truth is True
    assert agent_.cluster is not None
    assert agent_.cluster.to == "main"
    assert told(agent_) is OPEN
    assert found.cluster is None or not found.cluster.sure or found.cluster.to != "main"


JSON = '{\\"Cluster\\": \\"main\\", \\"AWSVPCBlockInstanceMetdata\\": true}'
PLACES: dict[str, tuple[str, object]] = {
    "a directory": (f"cd /etc/ecs\necho {BLOCK}=true >> ecs.config\n", True),
    "a directory and one below": (f"cd /etc; cd ecs\necho {BLOCK}=true >> ./ecs.config\n", True),
    "a directory on the stack": (f"pushd /etc/ecs\necho {BLOCK}=true >> ecs.config\n", True),
    "another directory on the stack": (
        f"cd /etc/ecs; pushd /tmp\necho {BLOCK}=true > ecs.config\n", None,
    ),
    "another directory": (f"cd /tmp\necho {BLOCK}=true >> ecs.config\n", None),
    "a subshell's directory": (f"(cd /etc/ecs)\necho {BLOCK}=true >> ecs.config\n", None),
    "a branch's directory": (
        f"if x; then cd /etc/ecs; fi\necho {BLOCK}=true >> ecs.config\n", OPEN,
    ),
    "an unknown directory": (f"cd $HERE\necho {BLOCK}=true >> ecs.config\n", OPEN),
    "tee": (f"cd /etc/ecs\necho {BLOCK}=true | tee -a ecs.config\n", True),
    "a download": ("cd /etc/ecs\nwget https://example.com/ecs.config\n", OPEN),
    "a download to a directory": ("aws s3 cp s3://bucket/ecs.config /etc/ecs/\n", OPEN),
    "a copy": (f"echo {BLOCK}=true > /tmp/ecs.config\ncp /tmp/ecs.config /etc/ecs\n", True),
    "another language": (f"python3 - <<'EOF'\nopen('{FILE}', 'a').write(x)\nEOF\n", OPEN),
    "a file of environment": (
        f"echo {BLOCK}=true > /a.env\ndocker run --env-file=/a.env amazon/amazon-ecs-agent\n", True,
    ),
    "a file of environment from elsewhere": (
        "docker run --env-file /etc/agent.env amazon/amazon-ecs-agent:latest\n", OPEN,
    ),
    "the agent's JSON": (f'echo "{JSON}" > {FILE}.json\n', True),
    "the agent's JSON below its environment": (
        f'echo "{JSON}" > {FILE}.json\necho {BLOCK}=false >> {FILE}\n', False,
    ),
    "a file of environment of the instance, as any agent reads it": (
        f"{SETS_IT}docker run --env-file=/var/lib/ecs/ecs.config {AGENT}\n", True,
    ),
    "a file of environment with a comment": (
        f"printf '#{BLOCK}=a\\n;B=c\\n{BLOCK}=true\\n' > /a\ndocker run --env-file /a {AGENT}\n",
        True,
    ),
    "quotes in a file of environment": (
        f"echo '{BLOCK}=\"true\"' > /a.env\ndocker run --env-file /a.env {AGENT}\n", None,
    ),
    "JSON from elsewhere": (f"curl -o {FILE}.json https://example.com/a\n", OPEN),
}  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), PLACES.values(), ids=PLACES)
def test_where_settings_are_written(script: str, expected: object) -> None:
    """Files count by what they are to the agent, and paths from where the script stands."""
    assert told(read(SCRIPT + script)) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("#!/usr/bin/env bash", True),
        ("#!/bin/sh -x", True),
        ("#!/usr/bin/env -S bash -x", True),
        ("#!/usr/bin/env python3", OPEN),
        ("#!/usr/bin/python", OPEN),
    ],
)
def test_languages_of_scripts(first: str, expected: object) -> None:
    """What a script of another language writes is not known."""
    assert told(read(f"{first}\necho {BLOCK}=true >> {FILE}\n")) == expected
