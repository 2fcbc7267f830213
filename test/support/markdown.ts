// What stands in a Markdown file apart from its prose: fenced blocks and links.

export interface Block {
  /** The first word after the fence, `yaml`. */
  readonly language: string
  /** What follows it, `fragment`; `''` for nothing. */
  readonly note: string
  readonly text: string
  /** Of the fence, from 1. */
  readonly line: number
}

const FENCED = /^```(\S+)(?: (\S+))?\n([\s\S]*?)^```$/gm
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g

/** Fenced blocks, in order. */
export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(FENCED)].map(({ 1: language = '', 2: note = '', 3: text = '', index }) => {
    return { language, note, text, line: markdown.slice(0, index).split('\n').length }
  })
}

/** The files that it links to, and the headings in them (`#reading-the-errors`), without what leads elsewhere. */
export function linksOf(markdown: string): readonly { readonly path: string; readonly anchor: string }[] {
  return [...markdown.replace(FENCED, '').matchAll(LINK)]
    .map(found => found[1] ?? '')
    .filter(link => !/^[a-z]+:/.test(link))
    .map(link => ({ path: link.replace(/#.*/, ''), anchor: /#(.*)/.exec(link)?.[1] ?? '' }))
}

/** The anchors of the headings, as GitHub makes them. */
export function anchorsOf(markdown: string): readonly string[] {
  const headings = markdown.replace(FENCED, '').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
