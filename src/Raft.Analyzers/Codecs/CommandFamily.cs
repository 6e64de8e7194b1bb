using System.Collections.Immutable;

namespace Raft.Analyzers.Codecs;

/// <summary>A type with a codec, and the types that the codec encodes.</summary>
/// <param name="Root">The type that gets the codec; null if it has none.</param>
/// <param name="Derived">The types derived from it that have values.</param>
/// <param name="File">The name of the generated file.</param>
internal sealed record CommandFamily(CommandModel? Root, EquatableArray<CommandModel> Derived, string File)
{
    /// <summary>Whether nothing prevents the codec.</summary>
    public bool IsComplete => Root is { HasProblems: false, Declaration: not null }
        && Derived.All(static each => !each.HasProblems)
        && Derived.Select(static each => each.Tag).Distinct().Count() == Derived.Count;

    public static IEnumerable<CommandFamily> Of(ImmutableArray<CommandModel> all)
    {
        HashSet<string> files = new(StringComparer.OrdinalIgnoreCase);
        foreach (IGrouping<string, CommandModel> group in all
            .GroupBy(static each => each.Root)
            .OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            yield return new CommandFamily(
                group.FirstOrDefault(each => each.Type == group.Key),
                new EquatableArray<CommandModel>([.. group.Where(each => each.Type != group.Key && !each.IsAbstract)]),
                FileOf(group.Key, files));
        }
    }

    /// <summary>Names of files may not contain every character of an identifier, and may not differ in case only.</summary>
    private static string FileOf(string type, HashSet<string> files)
    {
        string name = type.Replace("global::", string.Empty).Replace("@", string.Empty);
        string valid = new([.. name.Select(static each => char.IsLetterOrDigit(each) || each is '.' or '_' ? each : '-')]);
        string file = valid + ".Codec.g.cs";
        for (int number = 2; !files.Add(file); number++)
        {
            file = FormattableString.Invariant($"{valid}.{number}.Codec.g.cs");
        }

        return file;
    }
}
