// A hook for the module loader: JSON may be imported without saying that it is JSON.
export const load = (url, context, next) =>
  next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context);
