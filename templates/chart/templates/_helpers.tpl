{{/* Labels of everything that belongs to the agent. */}}
{{- define "labctl.labels" -}}
{{ include "labctl.selector" . }}
{{ include "labctl.commonLabels" . }}
{{- end -}}

{{- define "labctl.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
labctl.dev/lab: {{ .Values.lab | quote }}
{{- end -}}

{{- define "labctl.selector" -}}
app.kubernetes.io/name: labctl-agent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "labctl.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* URL of the API server, empty where the pod's environment names it. */}}
{{- define "labctl.server" -}}
{{- with .Values.k8sServiceHost -}}
https://{{ . }}:{{ int $.Values.k8sServicePort }}
{{- end -}}
{{- end -}}

{{/* What the agent reads at its start. The node's name comes by LABCTL_NODE. */}}
{{- define "labctl.agentConfig" -}}
{{- dict
  "schema" "labctl.dev/agent/v1"
  "lab" .Values.lab
  "node" ""
  "profile" .Values.profile
  "datapath" .Values.datapath
  "network" .Values.network
  "paths" (dict
    "run" "/run/labctl"
    "socket" "/run/labctl/agent.sock"
    "pins" "/sys/fs/bpf/labctl"
    "cgroup" "/host/cgroup"
    "cache" (ternary "/run/labctl/cache" "/var/cache/labctl" .Values.dev)
    "bpf" "/opt/labctl/bpf"
  )
  "cluster" (dict "source" "kubernetes" "server" (include "labctl.server" . | default nil) "ipam" .Values.ipam.mode)
  | toPrettyJson
-}}
{{- end -}}

{{/* What the operator reads at its start. */}}
{{- define "labctl.operatorConfig" -}}
{{- dict
  "schema" "labctl.dev/operator/v1"
  "lab" .Values.lab
  "ipam" (dict "pools" .Values.ipam.pools "maskSize" .Values.ipam.maskSize)
  "server" (include "labctl.server" . | default nil)
  "port" .Values.operator.port
  "lease" (dict "namespace" .Release.Namespace "name" "labctl-operator")
  "releaseAfterSeconds" .Values.operator.releaseAfterSeconds
  | toPrettyJson
-}}
{{- end -}}

{{- define "labctl.operatorSelector" -}}
app.kubernetes.io/name: labctl-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "labctl.operatorLabels" -}}
{{ include "labctl.operatorSelector" . }}
{{ include "labctl.commonLabels" . }}
{{- end -}}

{{/* Asks the agent on its socket: probes by HTTP cannot reach one. */}}
{{- define "labctl.ask" -}}
[curl, -sf, -m, '2', --unix-socket, /run/labctl/agent.sock, 'http://agent/{{ . }}']
{{- end -}}
