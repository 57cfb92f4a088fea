{{/* Pods are named after it, with a number behind it. */}}
{{- define "hark.fullname" -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- ternary $release (printf "%s-%s" $release .Chart.Name) (contains .Chart.Name $release) | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "hark.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "hark.labels" -}}
{{ include "hark.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}

{{- define "hark.secretName" -}}
{{- .Values.secret.existingSecret | default (include "hark.fullname" .) -}}
{{- end -}}

{{/* The headless service. Discovery asks DNS itself, without search domains, so the name is a full one. */}}
{{- define "hark.peersDomain" -}}
{{- printf "%s-peers.%s.svc.%s" (include "hark.fullname" .) .Release.Namespace .Values.clusterDomain -}}
{{- end -}}

{{/* hark.yaml. What the chart decides wins over .Values.config. */}}
{{- define "hark.config" -}}
{{- $voters := int .Values.controlVoters -}}
{{- if not (has $voters (list 1 3 5)) -}}
{{- fail (printf "controlVoters must be 1, 3 or 5, was %d" $voters) -}}
{{- end -}}
{{- if gt $voters (int .Values.replicaCount) -}}
{{- fail (printf "replicaCount must be %d or more, as controlVoters is, was %d" $voters (int .Values.replicaCount)) -}}
{{- end -}}
{{- $addresses := dict -}}
{{- range $number := until $voters -}}
{{- $pod := printf "%s-%d" (include "hark.fullname" $) $number -}}
{{- $_ := set $addresses $pod (printf "%s.%s:7800" $pod (include "hark.peersDomain" $)) -}}
{{- end -}}
{{- $cluster := dict "voters" $addresses "discovery" (dict "dns" (include "hark.peersDomain" .)) -}}
{{- $own := dict "region" .Values.region "data" "/data" "listen" (dict "port" 8080) "cluster" $cluster -}}
{{- $_ := set $own "drainTimeout" (printf "%ds" (int .Values.drain.timeoutSeconds)) -}}
{{- mergeOverwrite (deepCopy .Values.config) $own | toYaml -}}
{{- end -}}
