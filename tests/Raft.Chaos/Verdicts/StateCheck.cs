using System.Globalization;

namespace Raft.Chaos;

/// <summary>Compares what the state machines have applied with each other, and with the answers that clients have received.</summary>
internal static class StateCheck
{
    private const int Shown = 10;

    /// <summary>The commands that were acknowledged, and that a node has not applied.</summary>
    public static IReadOnlyList<string> FindLost(IEnumerable<(int Client, ClientAccount Account)> clients, StateAudit audit) =>
    [
        .. from client in clients
           from number in client.Account.FindLost(audit.Applied.GetValueOrDefault(client.Client) ?? new NumberRanges())
           select string.Create(CultureInfo.InvariantCulture, $"{client.Client}:{number}"),
    ];

    /// <summary>A description of some commands.</summary>
    public static string Describe(IReadOnlyList<string> commands) =>
        string.Join(", ", commands.Take(Shown)) + (commands.Count > Shown ? ", ..." : "");

    /// <summary>The nodes whose state differs from that of the first one.</summary>
    public static IEnumerable<string> FindDifferent(IReadOnlyList<(string Node, StateAudit Audit)> audits) =>
        audits.Where(each => each.Audit.Index != audits[0].Audit.Index || each.Audit.Chain != audits[0].Audit.Chain)
            .Select(each => string.Create(
                CultureInfo.InvariantCulture,
                $"{each.Node} has applied other commands up to {each.Audit.Index} than {audits[0].Node} up to {audits[0].Audit.Index}"));

    /// <summary>
    /// The nodes whose linearizable read of a register, which nobody writes meanwhile, differs from that of the first one.
    /// </summary>
    public static IEnumerable<string> FindDifferentReads(string register, IReadOnlyList<(string Node, RegisterOutput Output)> reads) =>
        reads.Where(each => each.Output != reads[0].Output)
            .Select(each => $"{each.Node} reads {register} as '{each.Output}', and {reads[0].Node} as '{reads[0].Output}'");
}
