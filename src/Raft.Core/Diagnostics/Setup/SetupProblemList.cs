using System.Collections;

namespace Raft;

/// <summary>
/// What is wrong with the setup of the cluster, as this node sees it, in sentences. Lists of the same problems are equal, so that their
/// statuses are.
/// </summary>
/// <param name="problems">The problems.</param>
/// <param name="differingMembers">How many members have other options.</param>
internal sealed class SetupProblemList(string[] problems, int differingMembers) : IReadOnlyList<string>
{
    public static SetupProblemList None { get; } = new([], 0);

    private readonly string[] _problems = problems;

    public int Count => _problems.Length;

    /// <summary>How many members have other options.</summary>
    public int DifferingMembers { get; } = differingMembers;

    public string this[int index] => _problems[index];

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_problems).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) =>
        ReferenceEquals(this, obj) || (obj is SetupProblemList other && _problems.AsSpan().SequenceEqual(other._problems));

    public override int GetHashCode() => _problems.Length;

    /// <summary>The end of a status's explanation.</summary>
    public override string ToString() => string.Concat(_problems.Select(static problem => $"; {problem}"));
}
