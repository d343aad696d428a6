namespace UltraAI.Gateway.Commands;

/// <summary>A command can't do what it was asked. The message says why, in words for whoever typed it, and holds no secret.</summary>
internal sealed class CommandException : Exception
{
    public CommandException(string message)
        : base(message)
    {
    }

    public CommandException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
