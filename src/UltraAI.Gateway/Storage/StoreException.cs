namespace UltraAI.Gateway.Storage;

/// <summary>The store can't be opened, does not answer, or could not do what was asked.</summary>
/// <param name="message">Says what is wrong and what helps; names no secret.</param>
/// <param name="inner">What the store's own client said.</param>
internal sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
