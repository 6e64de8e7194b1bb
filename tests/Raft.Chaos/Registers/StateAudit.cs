using System.Globalization;

namespace Raft.Chaos;

/// <summary>What a state machine has applied.</summary>
/// <param name="Index">The index of the last command.</param>
/// <param name="Chain">A hash of all commands in their order, with their indexes and terms: equal only if all logs up to there are.</param>
/// <param name="Duplicates">How many commands were applied more than once.</param>
/// <param name="Applied">The commands of each client.</param>
internal sealed record StateAudit(long Index, ulong Chain, long Duplicates, IReadOnlyDictionary<int, NumberRanges> Applied)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Index} {Chain} {Duplicates} {string.Join(';', Applied.OrderBy(static each => each.Key).Select(static each => $"{each.Key}:{each.Value}"))}");

    public static StateAudit Parse(string text)
    {
        string[] words = text.Split(' ');
        return new StateAudit(
            long.Parse(words[0], CultureInfo.InvariantCulture),
            ulong.Parse(words[1], CultureInfo.InvariantCulture),
            long.Parse(words[2], CultureInfo.InvariantCulture),
            words[3].Split(';', StringSplitOptions.RemoveEmptyEntries).Select(static each => each.Split(':')).ToDictionary(
                static each => int.Parse(each[0], CultureInfo.InvariantCulture), static each => NumberRanges.Parse(each[1])));
    }
}
