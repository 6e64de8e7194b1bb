namespace Raft;

/// <summary>How a proposal can end, as the values of <see cref="RaftDiagnostics.OutcomeTag"/>.</summary>
internal static class ProposalOutcomeTags
{
    public const string Committed = "committed";
    public const string Rejected = "rejected";
    public const string Refused = "refused";
    public const string Unknown = "unknown";
    public const string Cancelled = "cancelled";
    public const string Invalid = "invalid";

    /// <summary>The outcome of a proposal that threw an exception.</summary>
    public static string Of(Exception exception) => exception switch
    {
        ProposalRefusedException => Refused,
        CommandRejectedException => Rejected,
        OperationCanceledException => Cancelled,
        ArgumentException => Invalid,
        // The state machine gave no result of the type that was asked for; it has applied the command.
        InvalidOperationException => Committed,
        _ => Unknown,
    };
}

/// <summary>How the proposals of a batch have ended; entries without a caller on this node are not counted.</summary>
internal struct BatchOutcomes
{
    public int Committed;
    public int Rejected;
    public int Unknown;
    public int Cancelled;
}
