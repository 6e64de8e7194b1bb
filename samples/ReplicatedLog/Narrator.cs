using Spectre.Console;

namespace ReplicatedLog;

/// <summary>
/// Writes the text of the demonstration. Spectre.Console omits colours if the output is not a terminal, and nothing here
/// moves the cursor, so the text is the same in a file.
/// </summary>
internal static class Narrator
{
    public static async Task ChapterAsync(int number, string title)
    {
        // Time to read on a terminal. No step of the demonstration depends on it.
        if (number > 1 && AnsiConsole.Profile.Out.IsTerminal)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(800));
        }

        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[bold]{number}. {Markup.Escape(title)}[/]").LeftJustified());
    }

    public static void Say(FormattableString text) => AnsiConsole.MarkupLineInterpolated(text);

    public static void Why(FormattableString text) => AnsiConsole.MarkupLineInterpolated($"[dim]{text.ToString(null)}[/]");

    public static void Say(Acknowledgement done) => Say(
        $"  [green]acknowledged[/] by {done.Leader}: '{done.Text}', index {done.Index} of term {done.Term}, string number {done.Position}");
}
