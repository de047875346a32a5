/** A setting as it is in force, for those who administer. It never holds a secret. */
export interface SettingInForce {
  /** Its variable, such as `SEND_RATE`. */
  name: string;
  /** `null` for a secret, and where nothing is set and the usual value depends on others. */
  value: string | null;
  /** Whether somebody has set it. */
  isSet: boolean;
  /** Whether its value is never shown. */
  isSecret: boolean;
}

/** All settings that are in force. */
export interface SettingsInForce {
  /** By name. */
  list(): SettingInForce[];
}
