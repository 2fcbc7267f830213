// Every `x-form` of the schema.

import { agentTokenHashForm, dialTargetForm, labelKeyForm, labelValueForm } from './agents.ts'
import { contentTypeForm, headerNameForm, headerValueForm, protectedHeaderForm } from './fields.ts'
import type { Form } from './form.ts'
import { cookieNameForm, hashKeyForm } from './hash-key.ts'
import { probePathForm, statusesForm } from './health.ts'
import { managementBindForm, managementUrlForm, passwordHashForm, tokenHashForm } from './management.ts'
import { bindForm, cidrForm, originForm } from './network.ts'
import { bindToForm, peerNameForm, proxyUriForm, pskKeyForm } from './peer.ts'
import { hostForm, pathForm, pathOrEmptyForm, wirePathForm } from './request.ts'
import { certificateHostForm, ciphersForm, sniForm } from './tls.ts'
import { durationForm, percentForm, sizeForm } from './units.ts'
import {
  errorPageKeyForm,
  idForm,
  methodForm,
  modeForm,
  nameForm,
  passwordForm,
  retryConditionForm,
  usernameForm,
} from './words.ts'

/** By the word in the schema. */
export const FORMS: Readonly<Record<string, Form>> = {
  agent_token_hash: agentTokenHashForm,
  bind: bindForm,
  bind_to: bindToForm,
  certificate_host: certificateHostForm,
  cidr: cidrForm,
  ciphers: ciphersForm,
  content_type: contentTypeForm,
  cookie_name: cookieNameForm,
  dial_target: dialTargetForm,
  duration: durationForm,
  error_page_key: errorPageKeyForm,
  hash_key: hashKeyForm,
  header_name: headerNameForm,
  header_value: headerValueForm,
  host: hostForm,
  id: idForm,
  management_bind: managementBindForm,
  management_url: managementUrlForm,
  label_key: labelKeyForm,
  label_value: labelValueForm,
  method: methodForm,
  mode: modeForm,
  name: nameForm,
  origin: originForm,
  password: passwordForm,
  password_hash: passwordHashForm,
  path: pathForm,
  path_or_empty: pathOrEmptyForm,
  peer_name: peerNameForm,
  percent: percentForm,
  probe_path: probePathForm,
  protected_header: protectedHeaderForm,
  proxy_uri: proxyUriForm,
  psk_key: pskKeyForm,
  retry_condition: retryConditionForm,
  size: sizeForm,
  sni: sniForm,
  statuses: statusesForm,
  token_hash: tokenHashForm,
  username: usernameForm,
  wire_path: wirePathForm,
}
