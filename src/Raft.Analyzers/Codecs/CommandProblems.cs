using System.Collections.Immutable;
using System.Globalization;

namespace Raft.Analyzers.Codecs;

/// <summary>What prevents the codecs of a project: problems of single types, and tags that two types have.</summary>
internal static class CommandProblems
{
    public static IEnumerable<ProblemModel> Of(ImmutableArray<CommandReport> all)
    {
        foreach (ProblemModel problem in all.SelectMany(static each => each.Problems))
        {
            yield return problem;
        }

        Dictionary<(string Root, int Tag), string> names = [];
        foreach (CommandReport report in all.Where(static each => each.Model is { Declaration: null, IsAbstract: false, Tag: > 0 }))
        {
            CommandModel command = report.Model;
            if (names.TryGetValue((command.Root, command.Tag), out string other))
            {
                string tag = command.Tag.ToString(CultureInfo.InvariantCulture);
                yield return new ProblemModel(
                    Rules.DuplicateTag, report.Location, new EquatableArray<string>([command.Name, tag, other]));
            }
            else
            {
                names.Add((command.Root, command.Tag), command.Name);
            }
        }
    }
}
