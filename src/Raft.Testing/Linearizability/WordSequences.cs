using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Raft.Testing;

/// <summary>
/// A set of short sequences of words, numbered in the order in which they were added. It takes a few bytes more than the words
/// themselves, grows in small steps, and knows how much memory it takes.
/// </summary>
internal sealed class WordSequences
{
    private const int FirstBlock = 32;
    private const int LargestBlock = 8 * 1024; // with EntriesPerBlock, below the size of arrays that are rarely collected
    private const int EntriesPerBlock = 4 * 1024;

    private readonly List<Entry[]> _entries = []; // the first one grows to EntriesPerBlock
    private readonly List<ulong[]> _blocks = [];
    private int[] _buckets = new int[FirstBlock]; // the number of the last entry, plus 1
    private int _usedOfBlock;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>How much memory the sequences take.</summary>
    public long Bytes { get; private set; } = FirstBlock * sizeof(int);

    /// <summary>Adds a sequence unless it is there.</summary>
    /// <returns>Its number, and whether it was added.</returns>
    public (int Number, bool IsNew) Add(ReadOnlySpan<ulong> words)
    {
        uint hash = Hash(words);
        for (int number = _buckets[hash & (_buckets.Length - 1)] - 1; number >= 0; number = EntryOf(number).Next)
        {
            ref Entry entry = ref EntryOf(number);
            if (entry.Hash == hash && WordsOf(entry).SequenceEqual(words))
            {
                return (number, false);
            }
        }

        return (Append(words, hash), true);
    }

    private static uint Hash(ReadOnlySpan<ulong> words)
    {
        ulong hash = (ulong)words.Length;
        foreach (ulong word in words)
        {
            hash = (BitOperations.RotateLeft(hash, 29) ^ word) * 0x9E3779B97F4A7C15;
        }

        return (uint)((hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9 >> 32);
    }

    private int Append(ReadOnlySpan<ulong> words, uint hash)
    {
        if (Count == _buckets.Length)
        {
            DoubleBuckets();
        }

        int number = Count++;
        GrowEntries(number);
        ref Entry entry = ref EntryOf(number);
        ref int bucket = ref _buckets[hash & (_buckets.Length - 1)];
        entry = Store(words) with { Hash = hash, Next = bucket - 1 };
        bucket = number + 1;
        return number;
    }

    private Entry Store(ReadOnlySpan<ulong> words)
    {
        if (_blocks.Count == 0 || _usedOfBlock + words.Length > _blocks[^1].Length)
        {
            int size = _blocks.Count == 0 ? FirstBlock : Math.Min(_blocks[^1].Length * 2, LargestBlock);
            _blocks.Add(new ulong[Math.Max(size, words.Length)]);
            _usedOfBlock = 0;
            Bytes += _blocks[^1].Length * sizeof(ulong);
        }

        words.CopyTo(_blocks[^1].AsSpan(_usedOfBlock));
        Entry stored = new() { Block = _blocks.Count - 1, Start = _usedOfBlock, Length = words.Length };
        _usedOfBlock += words.Length;
        return stored;
    }

    private ReadOnlySpan<ulong> WordsOf(in Entry entry) => _blocks[entry.Block].AsSpan(entry.Start, entry.Length);

    private ref Entry EntryOf(int number) => ref CollectionsMarshal.AsSpan(_entries)[number / EntriesPerBlock][number % EntriesPerBlock];

    private void GrowEntries(int number)
    {
        int place = number % EntriesPerBlock;
        if (number / EntriesPerBlock == _entries.Count)
        {
            int size = _entries.Count == 0 ? FirstBlock : EntriesPerBlock;
            _entries.Add(new Entry[size]);
            Bytes += (long)size * Unsafe.SizeOf<Entry>();
        }
        else if (place == _entries[^1].Length)
        {
            Entry[] first = _entries[^1];
            Array.Resize(ref first, place * 2);
            _entries[^1] = first;
            Bytes += (long)place * Unsafe.SizeOf<Entry>();
        }
    }

    private void DoubleBuckets()
    {
        Bytes += (long)_buckets.Length * sizeof(int);
        _buckets = new int[_buckets.Length * 2];
        for (int number = 0; number < Count; number++)
        {
            ref Entry entry = ref EntryOf(number);
            ref int bucket = ref _buckets[entry.Hash & (_buckets.Length - 1)];
            entry.Next = bucket - 1;
            bucket = number + 1;
        }
    }

    private record struct Entry
    {
        public uint Hash { get; set; }

        public int Next { get; set; }

        public int Block { get; set; }

        public int Start { get; set; }

        public int Length { get; set; }
    }
}
