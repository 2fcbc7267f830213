import { describe, expect, it } from 'vitest'
import { errorPage, errorPages, parseTemplate } from '../../../src/http/template.ts'

function rendered(text: string, requestId = 'r-1'): string {
  const page = errorPage(parseTemplate(text), 'text/html')
  return Buffer.from(page.render({ status: 502, reason: 'Bad Gateway', requestId })).toString()
}

describe('an error page', () => {
  it('shows status, reason and request id', () => {
    expect(rendered('<h1>{{ .status }} {{.reason}}</h1>{{  .request_id  }}')).toBe(
      '<h1>502 Bad Gateway</h1>r-1',
    )
  })

  it('escapes values and never reads them again', () => {
    expect(rendered('{{ .request_id }}', `<b a="1" c='2'>&{{ .status }}`)).toBe(
      '&lt;b a=&#34;1&#34; c=&#39;2&#39;&gt;&amp;{{ .status }}',
    )
  })

  it('leaves other braces alone', () => {
    expect(rendered('a {b} {{ c {{ .status')).toBe('a {b} {{ c {{ .status')
  })

  it('keeps UTF-8', () => {
    expect(rendered('é {{ .status }} 🙂')).toBe('é 502 🙂')
  })

  it('tells placeholders that nobody fills', () => {
    const { unknown } = parseTemplate(
      '{{ .stauts }} {{ .status }} {{ status }} {{ .stauts }} {{ .__proto__ }}',
    )
    expect(unknown).toEqual(['.stauts', 'status', '.__proto__'])
  })
})

describe('error pages', () => {
  const exact = errorPage(parseTemplate('exact'), 'a/a')
  const whole = errorPage(parseTemplate('class'), 'a/b')
  const pages = errorPages(
    new Map([
      ['5xx', whole],
      ['503', exact],
    ]),
  )

  it('go by the exact status first, then by its class', () => {
    expect(pages?.find(503)).toBe(exact)
    expect(pages?.find(502)).toBe(whole)
    expect(pages?.find(404)).toBeUndefined()
  })

  it('are absent when none is named', () => {
    expect(errorPages(new Map())).toBeUndefined()
  })
})
