namespace Raft.Chaos;

/// <summary>The words of the protocol between clients and a server: each request and each answer is a line that starts with a number.</summary>
internal static class Requests
{
    /// <summary>Proposes the command that follows.</summary>
    public const string Propose = "propose";

    /// <summary>Reads the register that follows, linearizably, on a node that need not lead.</summary>
    public const string Read = "read";

    /// <summary>Asks for the status of the node.</summary>
    public const string Status = "status";

    /// <summary>Asks what the state machine has applied.</summary>
    public const string Audit = "audit";
}

/// <summary>The first word of an answer.</summary>
internal static class Answers
{
    /// <summary>The command was applied. Its result follows.</summary>
    public const string Applied = "applied";

    /// <summary>The command has certainly no effect. The leader follows, or a dash.</summary>
    public const string Refused = "refused";

    /// <summary>The command has an effect or not.</summary>
    public const string Unknown = "unknown";

    /// <summary>Something that a server must never answer. What it is follows.</summary>
    public const string Wrong = "wrong";

    /// <summary>What was asked for follows.</summary>
    public const string Here = "here";
}
