// Names of cipher suites that we choose ourselves, by OpenSSL's words; what else the file may name is OpenSSL's to say.

/** All of TLS 1.3 that is in use. */
export const SUITES_13 = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
] as const

/** Of TLS 1.2: forward secrecy and AEAD only; AES of 128 bits first, as it is enough and quickest (RFC 9325 section 4.2). */
export const SUITES_12 = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
] as const
