namespace Raft.Testing;

/// <summary>A set of the numbers 0 to n - 1 that has a short description while nearly all of its numbers are the lowest ones.</summary>
internal sealed class BitSet(int size)
{
    private const int BitsPerWord = 64;
    private readonly ulong[] _words = new ulong[(size + BitsPerWord - 1) / BitsPerWord];
    private int _end; // after the last word that is not empty

    /// <summary>How many words at the start are full.</summary>
    public int FullWords { get; private set; }

    /// <summary>The words after the full ones, up to the last one that is not empty. With <see cref="FullWords"/>, this is all.</summary>
    public ReadOnlySpan<ulong> Rest => _end > FullWords ? _words.AsSpan(FullWords, _end - FullWords) : [];

    public bool Contains(int number) => (_words[number / BitsPerWord] & BitOf(number)) != 0;

    public void Add(int number)
    {
        int word = number / BitsPerWord;
        _words[word] |= BitOf(number);
        _end = Math.Max(_end, word + 1);
        while (FullWords < _end && _words[FullWords] == ulong.MaxValue)
        {
            FullWords++;
        }
    }

    public void Remove(int number)
    {
        int word = number / BitsPerWord;
        _words[word] &= ~BitOf(number);
        FullWords = Math.Min(FullWords, word);
        while (_end > 0 && _words[_end - 1] == 0)
        {
            _end--;
        }
    }

    private static ulong BitOf(int number) => 1UL << (number % BitsPerWord);
}
