/**
 * The address of an Okta organisation, as people paste it.
 * @module
 */
import { ConfigError } from "../../mod.ts";

const ADMIN_REGEXP = /^([^.]+)-admin\.(.+)$/;
const LOOPBACK_REGEXP = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * The origin of an organisation's API, e.g. `https://acme.okta.com`, from a domain or any address below it.
 *
 * @throws {ConfigError} for the Admin Console's address, a template's text, or http to another machine
 */
export function oktaOrigin(text: string): string {
  const trimmed = text.trim();
  if (/[{}<>]|yourOktaDomain|your-?okta/i.test(trimmed)) {
    throw invalid(
      "it is still the placeholder of a template",
      "write your own domain, e.g. https://acme.okta.com",
    );
  }
  const url = parse(trimmed);
  if (url.username || url.password) {
    throw invalid("it holds a user name or password", "write the domain alone");
  }
  const isLoopback = LOOPBACK_REGEXP.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    throw invalid(
      `it uses ${url.protocol}//, the token would travel in the open`,
      `write https://${url.host}`,
    );
  }
  const admin = ADMIN_REGEXP.exec(url.hostname);
  if (admin) {
    throw invalid("it is the address of the Admin Console", `write https://${admin[1]}.${admin[2]}`);
  }
  if (!isLoopback && !url.hostname.includes(".")) {
    throw invalid(`"${url.hostname}" is no full domain`, `write https://${url.hostname}.okta.com`);
  }
  return url.origin;
}

function parse(text: string): URL {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const isLocal = /^(?:localhost|127\.|\[::1\])/.test(text);
  try {
    return new URL(hasScheme ? text : `${isLocal ? "http" : "https"}://${text}`);
  } catch {
    throw invalid("it is no address", "write the domain, e.g. https://acme.okta.com");
  }
}

function invalid(what: string, next: string): ConfigError {
  return new ConfigError(`Cannot use base_url: ${what}`, {
    code: "invalid-base-url",
    next: `${next} as base_url under [sources.okta_management_source]`,
  });
}
