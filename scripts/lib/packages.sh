# shellcheck shell=sh
# Finds and installs what packages.table names. Sourced by ./labctl and scripts/test, which set `root`.
# Starts no process unless something is missing.

# shellcheck disable=SC2034,SC2154 # the columns are read by name
each_need() { # each_need FUNCTION: calls FUNCTION KIND WHAT PACKAGE for each row
	while read -r kind what debian ubuntu dnf apk pacman; do
		case $kind in '' | '#') continue ;; esac
		eval "package=\$$package_column"
		"$1" "$kind" "$what" "$package" || return
	done <"$root/scripts/lib/packages.table"
}

# Sets package_manager and package_column from what the machine has.
find_package_manager() {
	package_manager=none package_column=debian
	for manager in apt-get dnf apk pacman; do
		command -v "$manager" >/dev/null 2>&1 || continue
		package_manager=$manager package_column=$manager
		break
	done
	[ "$package_manager" = apt-get ] || return 0
	package_column=debian
	[ -r /etc/os-release ] || return 0
	while IFS='=' read -r key value; do
		case "$key=$value" in
		ID=ubuntu | ID=\"ubuntu\" | ID_LIKE=*ubuntu*) package_column=ubuntu ;;
		esac
	done </etc/os-release
}

# Sets missing_needs and missing_packages: words separated by spaces, empty when nothing lacks.
find_missing_packages() {
	missing_needs='' missing_packages=''
	each_need note_if_missing
}

note_if_missing() { # KIND WHAT PACKAGE
	if have "$1" "$2"; then return 0; fi
	missing_needs="$missing_needs${missing_needs:+ }$2"
	case " $missing_packages " in
	*" $3 "*) ;;
	*) missing_packages="$missing_packages${missing_packages:+ }$3" ;;
	esac
}

have() { # KIND WHAT
	case $1 in
	cmd) command -v "$2" >/dev/null 2>&1 ;;
	lib) any_file /usr/lib/*-linux-*/"$2" /lib/*-linux-*/"$2" /usr/lib64/"$2" /usr/lib/"$2" ;;
	lib-static) any_file /usr/lib/*-linux-*/"$2" /usr/lib64/"$2" /usr/lib/"$2" ;;
	header) any_file /usr/include/"$2" /usr/include/*-linux-*/"$2" ;;
	file) [ -e "$2" ] ;;
	bpftool) find_bpftool ;;
	esac
}

any_file() {
	for candidate in "$@"; do
		if [ -e "$candidate" ]; then return 0; fi
	done
	return 1
}

# Ubuntu's /usr/sbin/bpftool is a script that works only with the tools of the very kernel that runs;
# any other bpftool of the machine serves as well. Puts one that works first in PATH.
find_bpftool() {
	bpftool_path=$(command -v bpftool) || bpftool_path=''
	if [ -n "$bpftool_path" ] && ! is_script "$bpftool_path"; then return 0; fi
	for candidate in "$bpftool_path" /usr/lib/linux-tools/*/bpftool /usr/lib/linux-tools-*/bpftool; do
		[ -x "$candidate" ] || continue
		"$candidate" version >/dev/null 2>&1 || continue
		PATH=${candidate%/*}:$PATH
		export PATH
		return 0
	done
	return 1
}

is_script() {
	first_line=''
	IFS= read -r first_line <"$1" || :
	case $first_line in '#!'*) return 0 ;; *) return 1 ;; esac
}

# The command that would install PACKAGES, for a message.
install_command() { # PACKAGES
	case $package_manager in
	apt-get) echo "apt-get install $1" ;;
	dnf) echo "dnf install $1" ;;
	apk) echo "apk add $1" ;;
	pacman) echo "pacman -S $1" ;;
	none) echo "install what Debian calls: $1" ;;
	esac
}

# Installs what is missing after saying so; with `refuse` it names the packages instead.
# Exit code 6: this machine is unfit as it is.
ensure_packages() { # install|refuse|tell
	find_package_manager
	find_missing_packages
	[ -n "$missing_packages" ] || return 0
	if [ "$1" = tell ]; then
		echo "labctl: would install $missing_packages (missing: $missing_needs)" >&2
		return 0
	fi
	if [ "$1" = refuse ]; then
		unfit E_PACKAGES_MISSING "this machine lacks $missing_needs" "$(install_command "$missing_packages")"
	fi
	if [ "$package_manager" != apt-get ]; then
		unfit E_PACKAGES_MISSING "this machine lacks $missing_needs; labctl installs by itself only with apt-get" \
			"$(install_command "$missing_packages")"
	fi
	if [ "$(id -u)" != 0 ]; then
		unfit E_NOT_ROOT "this machine lacks $missing_needs, and only root may install it" \
			"sudo $(install_command "$missing_packages")"
	fi
	echo "labctl: this machine lacks $missing_needs" >&2
	echo "labctl: installing with apt-get: $missing_packages" >&2
	apt_install "$missing_packages"
	find_missing_packages
	if [ -n "$missing_packages" ]; then
		unfit E_PACKAGES_MISSING "apt-get installed everything asked for, and $missing_needs is still not found" \
			'see the output of apt-get above'
	fi
}

apt_install() { # PACKAGES
	log=$(mktemp)
	# shellcheck disable=SC2086 # a list of words
	if ! {
		DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update -q &&
			DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $1
	} >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		unfit E_PACKAGES_MISSING "apt-get could not install $1" 'the lines above say why; then run the same command again'
	fi
	rm -f "$log"
}

unfit() { # CODE SENTENCE FIX
	printf 'error %s: %s\n  fix: %s\n' "$1" "$2" "$3" >&2
	exit 6
}
