{{/* Labels of everything that belongs to the agent. */}}
{{- define "labctl.labels" -}}
{{ include "labctl.selector" . }}
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

{{/* What the agent reads at its start. The node's name comes by LABCTL_NODE. */}}
{{- define "labctl.agentConfig" -}}
{{- $server := "" -}}
{{- with .Values.k8sServiceHost -}}
{{- $server = printf "https://%s:%d" . (int $.Values.k8sServicePort) -}}
{{- end -}}
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
    "cache" "/var/cache/labctl"
    "bpf" "/opt/labctl/bpf"
  )
  "cluster" (dict "source" "kubernetes" "server" ($server | default nil))
  | toPrettyJson
-}}
{{- end -}}

{{/* Asks the agent on its socket: probes by HTTP cannot reach one. */}}
{{- define "labctl.ask" -}}
[curl, -sf, -m, '2', --unix-socket, /run/labctl/agent.sock, 'http://agent/{{ . }}']
{{- end -}}
