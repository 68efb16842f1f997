/** Who and what the examples of the document are about: nobody, and nothing that is. */
export const ADA = "user_01890a5d-ac96-774b-bcce-b302099a8057";
export const BO = "user_01890a5e-1f0a-7c3d-9a55-2f7c0e6f1b22";
export const DEVICE = "device_01890a5d-b0f1-7a4e-8c7b-6d5e4f3a2b1c";
export const ROOM = "room_01890a5f-3c4d-7e5f-8a6b-7c8d9e0f1a2b";
export const EPOCH = "epoch_01890a5f-3c4d-7e5f-9b7c-8d9e0f1a2b3c";
export const AT = 1_763_683_200_000;
