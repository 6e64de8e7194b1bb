using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Raft.Benchmarks.Reports;

/// <summary>A chart that is written as SVG, which takes no native code and which a browser shows.</summary>
internal sealed class Plot
{
    private const int Width = 900;
    private const int Height = 520;

    private readonly PlotModel _model;

    public Plot(string title, Axis horizontal, Axis vertical)
    {
        _model = new PlotModel { Title = title, Background = OxyColors.White };
        horizontal.Position = AxisPosition.Bottom;
        vertical.Position = AxisPosition.Left;
        vertical.MajorGridlineStyle = LineStyle.Dot;
        _model.Axes.Add(horizontal);
        _model.Axes.Add(vertical);
        _model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft, LegendPlacement = LegendPlacement.Inside, LegendBackground = OxyColors.White });
    }

    /// <summary>An axis where each step doubles.</summary>
    public static Axis Logarithmic(string title, double minimum = double.NaN) => new LogarithmicAxis { Title = title, Base = 10, Minimum = minimum };

    /// <summary>An axis that begins at zero.</summary>
    public static Axis FromZero(string title) => new LinearAxis { Title = title, Minimum = 0, MaximumPadding = 0.1, StringFormat = "#,0.##" };

    /// <summary>Adds a line through points.</summary>
    /// <param name="name">What the legend calls it.</param>
    /// <param name="points">Its points, from left to right.</param>
    /// <param name="isDashed">Whether it stands back behind the others.</param>
    /// <param name="hasMarkers">Whether each point is marked.</param>
    public void AddLine(string name, IEnumerable<(double X, double Y)> points, bool isDashed = false, bool hasMarkers = true)
    {
        LineSeries line = new()
        {
            Title = name,
            MarkerType = hasMarkers ? MarkerType.Circle : MarkerType.None,
            LineStyle = isDashed ? LineStyle.Dash : LineStyle.Solid,
        };
        line.Points.AddRange(points.Select(static point => new DataPoint(point.X, point.Y)));
        _model.Series.Add(line);
    }

    /// <summary>Adds bars that stand side by side.</summary>
    public void AddBars(string name, IEnumerable<(double From, double To, double Height)> bars)
    {
        RectangleBarSeries series = new() { Title = name };
        foreach ((double from, double to, double height) in bars)
        {
            series.Items.Add(new RectangleBarItem(from, 0, to, height));
        }

        _model.Series.Add(series);
    }

    public void Write(string path)
    {
        using FileStream file = File.Create(path);
        new SvgExporter { Width = Width, Height = Height }.Export(_model, file);
    }
}
