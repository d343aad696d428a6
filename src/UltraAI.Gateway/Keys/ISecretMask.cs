namespace UltraAI.Gateway.Keys;

/// <summary>Takes every secret that the gateway knows out of a text: credentials and virtual keys.</summary>
internal interface ISecretMask
{
    string Mask(string text);
}
