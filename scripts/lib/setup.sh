# shellcheck shell=sh disable=SC2154,SC3013 # root is the caller's; every sh of the systems served has -nt
# From a clone to a program that runs: Node, node_modules, dist. Sourced by ./labctl and scripts/test,
# which set `root`. Needs packages.sh. When nothing is to do it costs one find and one cmp.

node_wanted=20.19

# A recent Node in PATH. The answer is remembered for as long as the binary stays the same.
ensure_node() {
	node=$(command -v node) || node=''
	remembered='' node_stamp=$root/dist/.node
	if [ -r "$node_stamp" ]; then read -r remembered <"$node_stamp" || :; fi
	if [ -n "$node" ] && [ "$remembered" = "$node" ] && [ "$node_stamp" -nt "$node" ]; then return 0; fi
	if [ -z "$node" ]; then
		unfit E_NODE "Node.js is not installed; labctl needs Node >= $node_wanted" 'https://nodejs.org/en/download'
	fi
	version=$(node --version)
	major=${version#v} major=${major%%.*}
	minor=${version#v*.} minor=${minor%%.*}
	if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; }; then
		unfit E_NODE "$node is $version; labctl needs Node >= $node_wanted" 'https://nodejs.org/en/download'
	fi
	mkdir -p "$root/dist"
	echo "$node" >"$node_stamp"
}

# node_modules as package-lock.json has it.
ensure_modules() {
	if modules_fresh; then return 0; fi
	with_lock install_modules
}

modules_fresh() {
	[ -x "$root/node_modules/.bin/esbuild" ] && cmp -s "$root/package-lock.json" "$root/node_modules/.labctl-lock"
}

install_modules() {
	if modules_fresh; then return 0; fi
	if ! command -v npm >/dev/null 2>&1; then
		unfit E_NODE 'npm is not installed; it brings the libraries that labctl is built with' 'apt-get install npm'
	fi
	echo 'labctl: installing libraries (npm ci)' >&2
	log=$(mktemp)
	if ! (cd "$root" && npm ci --include=dev --no-audit --no-fund --loglevel=error) >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		unfit E_NPM 'npm ci failed' 'the lines above say why; then run the same command again'
	fi
	rm -f "$log"
	cp "$root/package-lock.json" "$root/node_modules/.labctl-lock"
}

# dist as the sources have it. Folders are looked at too: a file that was removed leaves a newer one.
ensure_build() {
	if build_fresh; then return 0; fi
	with_lock build_bundles
}

build_fresh() {
	[ -e "$root/dist/cli.js" ] && [ -e "$root/dist/.built" ] &&
		[ -z "$(find "$root/src" "$root/profiles" "$root/scripts/build.ts" "$root/scripts/lib" "$root/package.json" \
			"$root/package-lock.json" -cnewer "$root/dist/.built" -print -quit)" ]
}

build_bundles() {
	if build_fresh; then return 0; fi
	(cd "$root" && node --import tsx scripts/build.ts) >&2 || {
		printf 'error E_BUILD: the bundles could not be built\n  fix: npm run typecheck shows what is wrong in the sources\n' >&2
		exit 1
	}
}

# Two first calls at once do the work once.
with_lock() { # FUNCTION
	if ! command -v flock >/dev/null 2>&1; then
		"$1"
		return
	fi
	mkdir -p "$root/dist"
	{
		flock 9
		"$1" 9>&-
	} 9>"$root/dist/.lock"
}
