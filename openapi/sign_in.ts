/**
 * The ways to sign in that the REST layer knows, as options and the source parameters they take.
 * @module
 */
import { type ParameterDescription, ParameterUse, type SignIn } from "./description.ts";

/** Names of the ways to sign in. */
export const SIGN_IN_KINDS = [
  "none",
  "bearer",
  "api_key",
  "http_basic",
  "oauth2_client_credentials",
] as const;
/** One of {@link SIGN_IN_KINDS}. */
export type SignInKind = (typeof SIGN_IN_KINDS)[number];

/** What differs from API to API. */
export interface SignInDetails {
  /** For `api_key`: its name, and where it goes. */
  readonly name?: string;
  readonly location?: "header" | "query" | "cookie";
  /** For `oauth2_client_credentials`. */
  readonly tokenUrl?: string;
  /** What the document says of the credentials. */
  readonly obtain?: string;
  readonly notes?: readonly string[];
}

/** Options and parameters of a way to sign in. */
export function signIn(kind: SignInKind, details: SignInDetails = {}): SignIn {
  const { obtain, notes = [] } = details;
  const secret = (name: string, help: string): ParameterDescription => ({
    name,
    type: "text",
    isSecret: true,
    isRequired: true,
    help,
    obtain,
    placeholder: `your_${name}`,
  });
  const plain = (name: string, help: string): ParameterDescription => ({
    name,
    type: "text",
    isRequired: true,
    help,
    placeholder: `your_${name}`,
  });
  switch (kind) {
    case "none":
      return { parameters: [], notes };
    case "bearer":
      return {
        auth: { type: "bearer", token: new ParameterUse("api_token") },
        parameters: [secret("api_token", "Token that goes into the Authorization header.")],
        notes,
      };
    case "api_key": {
      const { name = "X-API-Key", location = "header" } = details;
      return {
        auth: {
          type: "api_key",
          name,
          api_key: new ParameterUse("api_key"),
          ...(location === "header" ? {} : { location }),
        },
        parameters: [secret("api_key", `Key that goes into the ${location} as ${name}.`)],
        notes,
      };
    }
    case "http_basic":
      return {
        auth: {
          type: "http_basic",
          username: new ParameterUse("username"),
          password: new ParameterUse("password"),
        },
        parameters: [plain("username", "User name."), secret("password", "Password of that user.")],
        notes,
      };
    case "oauth2_client_credentials":
      return {
        auth: {
          type: "oauth2_client_credentials",
          access_token_url: new ParameterUse("access_token_url"),
          client_id: new ParameterUse("client_id"),
          client_secret: new ParameterUse("client_secret"),
        },
        parameters: [
          {
            name: "access_token_url",
            type: "text",
            help: "Where access tokens come from.",
            ...(details.tokenUrl
              ? { default: details.tokenUrl }
              : { isRequired: true, placeholder: "https://{your-api-host}/oauth/token" }),
          },
          plain("client_id", "Client id of the app."),
          secret("client_secret", "Client secret of the app."),
        ],
        notes,
      };
  }
}
