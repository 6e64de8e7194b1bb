namespace Raft.Testing.Tests.Linearizability;

/// <summary>Two sets have the same description if, and only if, they have the same numbers.</summary>
public sealed class BitSetTests
{
    private const int Size = 200;

    [Fact]
    public void RandomSets_AreDescribedByWhatTheyContain()
    {
        SeededRandom random = new(1);
        BitSet set = new(Size);
        HashSet<int> expected = [];
        for (int i = 0; i < 20_000; i++)
        {
            int number = random.Chance(0.8)
                ? Enumerable.Range(0, Size).First(each => !expected.Contains(each) || each == Size - 1)
                : random.Next(Size);
            if (expected.Remove(number))
            {
                set.Remove(number);
            }
            else
            {
                expected.Add(number);
                set.Add(number);
            }

            Assert.Equal(expected.Contains(number), set.Contains(number));
            Assert.Equal(Describe(expected), Describe(set));
        }
    }

    private static (int, string) Describe(BitSet set) => (set.FullWords, string.Join(',', set.Rest.ToArray()));

    private static (int, string) Describe(HashSet<int> numbers)
    {
        ulong[] words = new ulong[(Size + 63) / 64];
        foreach (int number in numbers)
        {
            words[number / 64] |= 1UL << (number % 64);
        }

        int full = words.TakeWhile(static word => word == ulong.MaxValue).Count();
        int end = Array.FindLastIndex(words, static word => word != 0) + 1;
        return (full, string.Join(',', words[Math.Min(full, end)..end]));
    }
}
