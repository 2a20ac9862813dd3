{{- define "sluice.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "sluice.selector" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "sluice.labels" -}}
{{ include "sluice.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "sluice.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "sluice.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ include "sluice.name" . }}{{ else }}default{{ end }}
{{- end }}

{{/* What every pod of ours has in common: nothing of it can be written to but /tmp. */}}
{{- define "sluice.podSecurity" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "sluice.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* A changed setting is a changed pod, so that the processes start anew with it. */}}
{{- define "sluice.podAnnotations" -}}
sluice.dev/config: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum | quote }}
sluice.dev/secrets-revision: {{ .Values.secrets.revision | quote }}
{{- end }}

{{- define "sluice.envFrom" -}}
- configMapRef: { name: {{ include "sluice.name" . }} }
- secretRef: { name: {{ .Values.secrets.existing | quote }} }
{{- end }}

{{/* Single variables out of Secrets; none of their content is in a value of the chart. */}}
{{- define "sluice.secretEnv" -}}
{{- with .Values.temporal.apiKey }}{{ if .secretName }}
- name: TEMPORAL_API_KEY
  valueFrom: { secretKeyRef: { name: {{ .secretName | quote }}, key: {{ .key | quote }} } }
{{- end }}{{ end }}
{{- with .Values.temporal.payloadKeys }}{{ if .secretName }}
- name: TEMPORAL_PAYLOAD_KEYS
  valueFrom: { secretKeyRef: { name: {{ .secretName | quote }}, key: {{ .key | quote }} } }
{{- end }}{{ end }}
{{- range $variable, $ref := .Values.secrets.from }}
- name: {{ $variable }}
  valueFrom: { secretKeyRef: { name: {{ $ref.name | quote }}, key: {{ $ref.key | quote }} } }
{{- end }}
{{- end }}

{{- define "sluice.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .Values.temporal.mtls.secretName }}
- { name: temporal-tls, mountPath: /etc/sluice/temporal, readOnly: true }
{{- end }}
{{- end }}

{{- define "sluice.volumes" -}}
- name: tmp
  emptyDir: {}
{{- if .Values.temporal.mtls.secretName }}
- name: temporal-tls
  secret: { secretName: {{ .Values.temporal.mtls.secretName | quote }}, defaultMode: 0440 }
{{- end }}
{{- end }}

{{- define "sluice.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "sluice.selector" . | nindent 8 }}
{{- end }}

{{- define "sluice.scaling" -}}
{{- if .part.disruption.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  labels: {{- include "sluice.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .part.disruption.maxUnavailable }}
  selector:
    matchLabels: {{- include "sluice.selector" . | nindent 6 }}
{{- end }}
{{- if .part.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .name }}
  labels: {{- include "sluice.labels" . | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ .name }} }
  minReplicas: {{ .part.autoscaling.minReplicas }}
  maxReplicas: {{ .part.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ .part.autoscaling.cpuPercent }} }
{{- end }}
{{- end }}
