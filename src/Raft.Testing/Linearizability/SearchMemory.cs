namespace Raft.Testing;

/// <summary>Which operations are taken, and with which of these sets and states the search was before.</summary>
internal sealed class SearchMemory(int completed, int unknown)
{
    private readonly BitSet _completed = new(completed);
    private readonly BitSet _unknown = new(unknown);
    private readonly WordSequences _setsOfUnknown = new(); // few, so states have only their numbers
    private readonly WordSequences _states = new();
    private int _setOfUnknown = SearchNode.None;
    private ulong[] _words = new ulong[8];

    /// <summary>How much memory this takes.</summary>
    public long Bytes => _setsOfUnknown.Bytes + _states.Bytes;

    public bool IsUnknownTaken(int number) => _unknown.Contains(number);

    public void TakeCompleted(int number) => _completed.Add(number);

    public void ReturnCompleted(int number) => _completed.Remove(number);

    public void TakeUnknown(int number)
    {
        _unknown.Add(number);
        _setOfUnknown = SearchNode.None;
    }

    public void ReturnUnknown(int number)
    {
        _unknown.Remove(number);
        _setOfUnknown = SearchNode.None;
    }

    /// <summary>Notes that the search is in a state, with the operations that are taken.</summary>
    /// <returns>False if it was there before.</returns>
    public bool AddState(SearchNode node)
    {
        if (_setOfUnknown == SearchNode.None)
        {
            _setOfUnknown = _setsOfUnknown.Add(Describe(_unknown, [])).Number;
        }

        ulong first = Pair(node.State, _setOfUnknown);
        ulong second = Pair(node.LastUnknown, node.StateBeforeUnknown);
        return _states.Add(Describe(_completed, [first, second])).IsNew;
    }

    private static ulong Pair(int high, int low) => ((ulong)(uint)high << 32) | (uint)low;

    private ReadOnlySpan<ulong> Describe(BitSet set, ReadOnlySpan<ulong> prefix)
    {
        ReadOnlySpan<ulong> rest = set.Rest;
        int length = prefix.Length + 1 + rest.Length;
        if (_words.Length < length)
        {
            _words = new ulong[length * 2];
        }

        prefix.CopyTo(_words);
        _words[prefix.Length] = (ulong)set.FullWords;
        rest.CopyTo(_words.AsSpan(prefix.Length + 1));
        return _words.AsSpan(0, length);
    }
}
