# Agents of a lab on Kubernetes. Targets: agent, agent-dev. The context is staged by src/lab/kind.
# Not one file with the demo's: Docker's classic builder makes every stage that comes before its target.
FROM debian:trixie-slim AS base
RUN apt-get update \
 && apt-get install --yes --no-install-recommends nodejs iproute2 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*

FROM base AS compiler
RUN apt-get update \
 && apt-get install --yes --no-install-recommends clang libbpf-dev libc6-dev \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*

# Compiles the datapath and the CNI plug-in with the agent's own command: nodes start warm, without clang.
FROM compiler AS build
COPY agent /opt/labctl
RUN node /opt/labctl/dist/agent.js compile --cache /var/cache/labctl

FROM base AS agent
RUN apt-get update \
 && apt-get install --yes --no-install-recommends curl libbpf1 iptables nftables \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
COPY --from=build /var/cache/labctl/objects /var/cache/labctl/objects
COPY agent /opt/labctl
ENTRYPOINT ["node", "/opt/labctl/dist/agent.js"]
CMD ["run", "--config", "/etc/labctl/agent.json"]

# For labctl reload and dev: agents compile on their node what they are given.
FROM compiler AS agent-dev
RUN apt-get update \
 && apt-get install --yes --no-install-recommends curl iptables nftables \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
COPY agent /opt/labctl
ENTRYPOINT ["node", "/opt/labctl/dist/agent.js"]
CMD ["run", "--config", "/etc/labctl/agent.json"]
