// Which language the page speaks.

export type Language = 'vi' | 'en';

/** For code outside components: what the server is asked to answer in. The provider of the messages keeps it true. */
export const languageInForce = (): Language => (globalThis.document?.documentElement.lang === 'en' ? 'en' : 'vi');
