// How words are compared where a text is routed: case, punctuation and forms of Unicode do not matter. A phrase is the
// words of a value with a space between them; a text has the phrases that its words make, up to four of them.

/** What is registered is mostly one to three words; with four, a text has as many phrases as are looked up in time. */
const phraseWordsMax = 4;
/** As the contract says. */
const textWordsMax = 250;
/** An index holds no longer keys. A value of 255 bytes becomes longer only if it is made of ligatures. */
const phraseBytesMax = 1_000;

const word = /[\p{L}\p{N}]+/gu;

function wordsIn(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().match(word) ?? [];
}

/** Empty if the value has no letter and no digit, or becomes too long. */
export function phraseOf(value: string): string {
  const phrase = wordsIn(value).join(" ");
  return Buffer.byteLength(phrase) > phraseBytesMax ? "" : phrase;
}

/** The phrases of a text, each once, in the order of their first words, longer ones first. */
export function phrasesIn(text: string): string[] {
  const words = wordsIn(text).slice(0, textWordsMax);
  const phrases = words.flatMap((_, place) =>
    Array.from({ length: phraseWordsMax }, (_none, shorter) => words.slice(place, place + phraseWordsMax - shorter)),
  );
  const texts = phrases.map((one) => one.join(" ")).filter((one) => Buffer.byteLength(one) <= phraseBytesMax);
  return [...new Set(texts)];
}

/** How many words a phrase has. */
export function wordCount(phrase: string): number {
  return phrase === "" ? 0 : phrase.split(" ").length;
}
