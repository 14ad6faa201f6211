/**
 * The key of the simulated service apps. It is public on purpose and protects nothing: a fixed key makes a
 * simulator start at once and behave the same every time. Never register it with a real server.
 *
 * @module
 */

import { createPrivateKey } from "node:crypto";

/** The private key as a JWK. */
export const SERVICE_APP_KEY: JsonWebKey = {
  kty: "RSA",
  alg: "RS256",
  use: "sig",
  n: "5O-a2CHxj-3nA09IwJTcXHet-tPZIFxmtlrLwBW2aSymvBlorr3NAxr93ZdFNiLJ4TLUi7JwWba2UdzBQbCrQj-DgK" +
    "CP6AHgw_xJYHSGcjSY2-3zgRIzKnwnKlmiKgelmT4TusbumLFAmI3dTXgP4Ne07OfgrcBF4xORyHCT_kD6DYHoteAt" +
    "Gpw36Jk8wY9SkWWbNwaDAKWqm48WE0Zs1wcFAuQzUkP5KpoQ2I3ExKpJlYotVKeoJVHyoYV2rjBm586_rKWRtt8a8o" +
    "s_VUDdbLS638_V0NtcUrzIhyNPXC3e46a-5ml-wF4sMKdJ4HJgaV0LZoICm8AAsq2qdxQ76w",
  e: "AQAB",
  d: "fErt-ZvsJ2VVP8HC0PPA897yMTTlNCGWjjibWE0xfMaGO6db40sezCnSXIUtSWf3zPEo3jNhtgNx1t4QelatlEkhXy" +
    "tNFfw3CJCnUdvRxp1xxC3bP18fMli3dtG1LjZ6nMlMMuKgVXwegvS6ir29eSgDjX-SxyKVjuRoCLe-UZH0KUc2bPeR" +
    "Jjd1gi7a0vG6gJ32yKcvdUMODssanWAplk2tpDun-ZdZs21UfSQY2G2qixS8WSLeH_kuPui5xyu542pR2UDPn_qIdo" +
    "cn0VVVA7H8cVkx7XMhjXG9Zx89NzIxMjDk5DuDOU_00W5B0tBHl_fxUwQ8zQ4zV46HaTcRCQ",
  p: "5QMJKQMCkRJilS7aNXrA4JjFe2Muy3w29hslq5BbatPd9dtRn0w8br13o4masPswWNXoXCrn0FyZUt8eNBR1w8zd2u" +
    "Kk4PAaB-wgu6Xd1N8TDJWh92ofJl1WsybMPYVGP_pQ6w3aDlOyQjr9mkuY1iskaHV39TkSutp7r1dY1Wc",
  q: "_-pHewl0q_hkYAKidv4Tr2uAl_ZzOb-DS2D0aROACPsV-pXLqSGnxJko2GwFCv26lhwRzUOvbfh08p1Znvf_4xwP2B" +
    "QvHqo4Min39JrSqLXfU0eZTN-k7Z_mdltSGHopAw3Iopp8x5WNJ6yc651h0muF-qH4k8pVQzaDcs_ort0",
  dp: "C_qQrBiANd5kUbFVsJ5vIFBdZArYE8S3iz_4RHUUkw3p-kYyisaOEqzOaTt1X_SDnuHxeYC1B20QiAkrp0W6szcwE5" +
    "bvUOS-N9PeEnKmm8_fSzU4d5yRbIxNUKmi3UTvW8FYIjNjSISQOm6jfUKfB_TRvrUGRUlq9WMgPRewidk",
  dq: "8jZ-6QiOEKXL-sMDmbPoVcNdtnZfoGyOi618Jmd6awWaS82zMKTV8NE1Q4EZVMnI64ItpyVEyMS7i1U6GaeH3SAWLu" +
    "ELp-5bub7XG__dGijo8h12DrgtlWod6i-Mh_Y3Etjc6GlnaE83hjFtY-NVTp7N8-WRK-_4uuDBkM0O4VE",
  qi: "FoBmIeXmP0C1TKcYaEr6wOJdGqGYExzDccA8L3kYJERwgCD8yZHUE9SV2tpylMp20fMgjYwbPns234j7aOo1m5Dspi" +
    "Q6TYDvMpN9PtgEzZ5VmWRdUxZh9HKr0rJ9i2SdUeT-n5hjhm9T9JyeD3IFIr-BXtQGEwuVEHp_HuFePd4",
};

/** The public half, as a service app registers it. */
export const SERVICE_APP_PUBLIC_KEY: JsonWebKey = {
  kty: "RSA",
  alg: "RS256",
  use: "sig",
  n: SERVICE_APP_KEY.n,
  e: SERVICE_APP_KEY.e,
};

/** The private key as PKCS#8 text, the other form the server's console hands out. */
export function serviceAppKeyPem(): string {
  const key = createPrivateKey({
    key: SERVICE_APP_KEY as unknown as import("node:crypto").JsonWebKey,
    format: "jwk",
  });
  return key.export({ format: "pem", type: "pkcs8" }) as string;
}
