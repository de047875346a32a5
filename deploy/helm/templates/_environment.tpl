{{- define "orchestrator.environment" -}}
- name: NODE_ENV
  value: production
- name: HOST
  value: {{ ternary "::" "0.0.0.0" (eq .Values.ipFamily "IPv6") | quote }}
- name: PORT
  value: "3000"
- name: AUTH_DIR
  value: /data/auth_sessions
- name: DOWNLOADS_DIR
  value: /data/downloads
- name: BACKEND_BASE_URL
  value: {{ .Values.backend.baseUrl | quote }}
- name: MASTER_KEY_FILE
  value: /etc/orchestrator/keys/MASTER_KEY
{{- if .Values.newMasterKey }}
- name: NEW_MASTER_KEY_FILE
  value: /etc/orchestrator/keys/NEW_MASTER_KEY
{{- end }}
{{ include "orchestrator.fromSecret" (list . "API_KEY" false) }}
{{- range list "PRODUCTION_API_KEY" "CALLBACK_SECRET" "KEY_PEPPER" "SINK_DATABASE_URL" "NOTIFY_URL" "NOTIFY_SECRET" "SMTP_URL" "NTFY_URL" "NTFY_TOKEN" }}
{{ include "orchestrator.fromSecret" (list $ . true) }}
{{- end }}
{{ include "orchestrator.databaseEnvironment" . }}
{{ include "orchestrator.clusterEnvironment" . }}
{{- if .Values.files.bucket }}
{{ include "orchestrator.filesEnvironment" . }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  {{- /* A number of YAML is a float, whose text may be 1e+06. */}}
  value: {{ if kindIs "float64" $value }}{{ int64 $value | quote }}{{ else }}{{ $value | toString | quote }}{{ end }}
{{- end }}
{{- end }}

{{- define "orchestrator.databaseEnvironment" -}}
- name: DATABASE_DURABILITY
  value: {{ .Values.database.durability }}
{{- if .Values.database.cloudNativePg.enabled }}
- name: POSTGRES_URI
  valueFrom:
    secretKeyRef:
      name: {{ include "orchestrator.database" . }}-app
      key: uri
- name: DATABASE_URL
  value: $(POSTGRES_URI)?sslmode=verify-full&sslrootcert=/etc/orchestrator/database/ca.crt
{{- else }}
{{ include "orchestrator.fromSecret" (list . "DATABASE_URL" false) }}
{{- end }}
{{- end }}

{{- define "orchestrator.clusterEnvironment" -}}
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: CLUSTER_NODE_ID
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: CLUSTER_URL
  value: {{ ternary "https" "http" .Values.cluster.tls.enabled }}://{{ ternary "[$(POD_IP)]" "$(POD_IP)" (eq .Values.ipFamily "IPv6") }}:3001
- name: CLUSTER_PORT
  value: "3001"
- name: CLUSTER_CAPACITY
  value: {{ .Values.cluster.capacity | int64 | quote }}
- name: CLUSTER_LEASE
  value: {{ .Values.cluster.lease | int64 | quote }}
- name: CLUSTER_DRAIN
  value: {{ .Values.cluster.drain | int64 | quote }}
{{- if .Values.cluster.tls.enabled }}
- name: CLUSTER_TLS_CA_FILE
  value: /etc/orchestrator/tls/ca.crt
- name: CLUSTER_TLS_CERT_FILE
  value: /etc/orchestrator/tls/tls.crt
- name: CLUSTER_TLS_KEY_FILE
  value: /etc/orchestrator/tls/tls.key
- name: CLUSTER_TLS_NAME
  value: {{ include "orchestrator.internalHost" . }}
{{- else }}
{{ include "orchestrator.fromSecret" (list . "CLUSTER_SECRET" false) }}
{{- end }}
{{- end }}

{{- define "orchestrator.filesEnvironment" -}}
- name: MEDIA_S3_BUCKET
  value: {{ .Values.files.bucket | quote }}
{{- with .Values.files.endpoint }}
- name: MEDIA_S3_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with .Values.files.region }}
- name: MEDIA_S3_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.files.prefix }}
- name: MEDIA_S3_PREFIX
  value: {{ . | quote }}
{{- end }}
- name: MEDIA_S3_PATH_STYLE
  value: {{ .Values.files.pathStyle | quote }}
{{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
{{ include "orchestrator.fromSecret" (list $ . true) }}
{{- end }}
{{- end }}
