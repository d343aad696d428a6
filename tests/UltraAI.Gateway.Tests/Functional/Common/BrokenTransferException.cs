namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>The peer ended the connection in the middle of a message.</summary>
internal sealed class BrokenTransferException : IOException
{
    public BrokenTransferException(string message)
        : base(message)
    {
    }

    public BrokenTransferException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
