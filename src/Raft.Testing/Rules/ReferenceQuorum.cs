namespace Raft.Testing;

/// <summary>
/// Quorums as the paper defines them, in the plainest form: more than half of a set of voters and, in joint consensus (section 6),
/// also of a second set. It shares no code with the library's own quorums, so that a fault there does not hide from the rules.
/// </summary>
/// <param name="voters">The voters.</param>
/// <param name="outgoing">
/// The voters of the configuration that is being replaced; null or empty unless two configurations are joint.
/// </param>
internal sealed class ReferenceQuorum<T>(IReadOnlyCollection<T> voters, IReadOnlyCollection<T>? outgoing = null)
{
    /// <summary>Whether these nodes are a quorum.</summary>
    public bool IsReachedBy(IEnumerable<T> nodes)
    {
        HashSet<T> present = [.. nodes];
        return HasMajority(voters, present) && (outgoing is null || outgoing.Count == 0 || HasMajority(outgoing, present));
    }

    private static bool HasMajority(IReadOnlyCollection<T> voters, HashSet<T> present) =>
        2 * voters.Count(present.Contains) > voters.Count;
}
