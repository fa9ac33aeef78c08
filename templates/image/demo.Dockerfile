# Pods and tools of a lab on Kubernetes. Target: demo. The context is staged by src/lab/kind.
# The first step is that of agent.Dockerfile, word by word: engines keep one layer for both.
FROM debian:trixie-slim AS base
RUN apt-get update \
 && apt-get install --yes --no-install-recommends nodejs iproute2 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*

FROM base AS demo
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
    bpftool curl ethtool iptables iputils-ping nftables tcpdump util-linux \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
COPY demo /opt/labctl
RUN install -m 0755 /opt/labctl/templates/image/labctl-probe /usr/local/bin/labctl-probe \
 && mkdir -p /proc /sys /dev
ENTRYPOINT ["node", "/opt/labctl/dist/demo-server.js"]
