{{- define "orchestrator.name" -}}
{{- if contains "whatsapp-orchestrator" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-whatsapp-orchestrator" .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "orchestrator.selector" -}}
app.kubernetes.io/name: whatsapp-orchestrator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "orchestrator.labels" -}}
{{ include "orchestrator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "orchestrator.secret" -}}
{{ .Values.secrets.existingSecret | default (include "orchestrator.name" .) }}
{{- end }}

{{- define "orchestrator.database" -}}
{{ include "orchestrator.name" . }}-db
{{- end }}

{{- define "orchestrator.internalHost" -}}
{{ include "orchestrator.name" . }}-nodes.{{ .Release.Namespace }}.svc
{{- end }}

{{- define "orchestrator.tlsSecret" -}}
{{ .Values.cluster.tls.existingSecret | default (printf "%s-nodes-tls" (include "orchestrator.name" .)) }}
{{- end }}

{{- /* An environment variable with a value of the Secret, which is named like it: list, name, whether it may be missing. */ -}}
{{- define "orchestrator.fromSecret" -}}
{{- $root := index . 0 -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ include "orchestrator.secret" $root }}
      key: {{ index . 1 }}
      {{- if index . 2 }}
      optional: true
      {{- end }}
{{- end }}
