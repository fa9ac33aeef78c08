#!/bin/sh
# What `labctl up --runtime kind` does, by hand: somebody who knows every command, and waits for nothing twice.
#   kind-by-hand.sh CLUSTER RENDERED AGENT_IMAGE DEMO_IMAGE
# RENDERED is what `labctl render --dir` wrote. KUBECONFIG names the file that gets the cluster.
set -eu

cluster=$1 rendered=$2 agent=$3 demo=$4
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
began=$(date +%s)
step() { printf '%4d s  %s\n' "$(($(date +%s) - began))" "$1" >&2; }

step 'create the cluster'
kind create cluster --name "$cluster" --config "$rendered/kind.yaml" --image kindest/node:v1.34.4 --quiet

step 'load the images'
archive=$(mktemp)
trap 'rm -f "$archive"' EXIT
docker image save --output "$archive" "$agent" "$demo"
loads=''
for node in $(kind get nodes --name "$cluster"); do
	docker exec "$node" mount -t bpf -o mode=0700 bpf /sys/fs/bpf
	docker exec --interactive "$node" ctr --namespace k8s.io images import --digests - <"$archive" >/dev/null &
	loads="$loads $!"
done
for load in $loads; do wait "$load"; done

step 'install the datapath'
helm upgrade --install labctl "$root/templates/chart" --namespace labctl-system --create-namespace \
	--values "$rendered/values.yaml" --set-string "image.tag=${agent#*:}" --set image.pullPolicy=Never >/dev/null
control="node-role.kubernetes.io/control-plane"
kubectl taint nodes --selector "$control" "$control:NoSchedule-" >/dev/null
step 'apply the demo'
sed "s|image: labctl/demo$|image: $demo|" "$rendered/manifests.yaml" | kubectl apply --filename - >/dev/null

step wait
set -- --watch --timeout 180s
kubectl rollout status daemonset/labctl-agent --namespace labctl-system "$@" >/dev/null
kubectl wait --for condition=Ready nodes --all --timeout 180s >/dev/null
kubectl rollout status deployment/coredns --namespace kube-system "$@" >/dev/null
kubectl rollout status daemonset/demo "$@" >/dev/null
kubectl rollout status deployment/hello "$@" >/dev/null

step 'ask the NodePort'
address=$(docker inspect --format '{{.NetworkSettings.Networks.kind.IPAddress}}' "$cluster-worker")
curl --silent --show-error --fail --retry 30 --retry-delay 1 --retry-all-errors --max-time 2 \
	"http://$address:32000/" >/dev/null
