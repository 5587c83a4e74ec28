-- Designs: pictures that people order from a model or draw themselves, what
-- others think of them, and what the model cost.

-- A stored picture, named by its content.
CREATE TABLE media (
	sha256     bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
	bytes      bigint NOT NULL CHECK (bytes > 0),
	mime       text NOT NULL CHECK (mime IN ('image/png', 'image/jpeg', 'image/webp')),
	width      integer NOT NULL CHECK (width > 0),
	height     integer NOT NULL CHECK (height > 0),
	visibility text NOT NULL DEFAULT 'private' CHECK (visibility IN ('public', 'private')),
	created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX media_created ON media (created_at);

-- Who still needs a picture; one without a row here may be swept.
CREATE TABLE media_refs (
	sha256     bytea NOT NULL REFERENCES media ON DELETE CASCADE,
	kind       text NOT NULL CHECK (kind IN ('design', 'canvas', 'order_item', 'print_file', 'upload', 'avatar')),
	ref        uuid NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (sha256, kind, ref)
);

CREATE INDEX media_refs_ref ON media_refs (ref, kind);

CREATE TABLE designs (
	id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id           uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	title             text CHECK (char_length(title) <= 255),
	description       text CHECK (char_length(description) <= 5000),
	prompt            text CHECK (char_length(prompt) BETWEEN 1 AND 2000), -- null: drawn by hand
	product_category  text NOT NULL REFERENCES categories,
	product_id        uuid REFERENCES products ON DELETE SET NULL, -- null: for any of the category
	status            text NOT NULL DEFAULT 'queued'
	                  CHECK (status IN ('queued', 'generating', 'ready', 'failed', 'blocked')),
	error             text CHECK (char_length(error) <= 100), -- an outcome's name
	complexity        text NOT NULL DEFAULT 'detailed' CHECK (complexity IN ('simple', 'detailed')),
	style             text CHECK (char_length(style) <= 100),
	ai_model          text CHECK (char_length(ai_model) <= 100), -- null: drawn by hand, or not chosen yet
	generation_cost   numeric(12,6) CHECK (generation_cost >= 0), -- US dollars; null: none
	design_data       jsonb CHECK (jsonb_typeof(design_data) = 'object'), -- null until there is one
	revision          integer NOT NULL DEFAULT 1,   -- of design_data
	rendered_revision integer NOT NULL DEFAULT 0,   -- that image_url shows
	image_url         text CHECK (char_length(image_url) <= 2048),
	thumbnail_url     text CHECK (char_length(thumbnail_url) <= 2048),
	image_sha256      bytea REFERENCES media,
	thumbnail_sha256  bytea REFERENCES media,
	print_checks      jsonb,             -- null until checked: [{code, message}]
	public            boolean NOT NULL DEFAULT false,
	usage_count       integer NOT NULL DEFAULT 0 CHECK (usage_count >= 0),
	likes_count       integer NOT NULL DEFAULT 0 CHECK (likes_count >= 0),
	trending_score    double precision NOT NULL DEFAULT 0, -- decays, so a job writes it
	search_text       text NOT NULL GENERATED ALWAYS AS
	                  (lower(coalesce(title, '') || ' ' || coalesce(description, ''))) STORED,
	search_words      tsvector NOT NULL GENERATED ALWAYS AS
	                  (search_words(coalesce(title, '') || ' ' || coalesce(description, ''))) STORED,
	created_at        timestamptz NOT NULL DEFAULT now(),
	updated_at        timestamptz NOT NULL DEFAULT now(),
	deleted_at        timestamptz,       -- null: there; orders keep their own picture
	hidden_at         timestamptz,       -- null, or when an admin took it out of the gallery for good
	CHECK (status <> 'ready' OR design_data IS NOT NULL OR deleted_at IS NOT NULL),
	CHECK (error IS NULL OR status IN ('failed', 'blocked')),
	CHECK (hidden_at IS NULL OR NOT public)
);

CREATE INDEX designs_user ON designs (user_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX designs_user_all ON designs (user_id);
CREATE INDEX designs_category ON designs (product_category);
CREATE INDEX designs_product ON designs (product_id);
CREATE INDEX designs_image ON designs (image_sha256);
CREATE INDEX designs_thumbnail ON designs (thumbnail_sha256);
CREATE INDEX designs_created ON designs (created_at);

-- One index per sort of the gallery: its whole order with the id as the last
-- word, over just what the gallery shows.
CREATE INDEX designs_newest ON designs (created_at DESC, id DESC)
    WHERE public AND status = 'ready' AND deleted_at IS NULL;
CREATE INDEX designs_popular ON designs (likes_count DESC, created_at DESC, id DESC)
    WHERE public AND status = 'ready' AND deleted_at IS NULL;
CREATE INDEX designs_trending ON designs (trending_score DESC, usage_count DESC, created_at DESC, id DESC)
    WHERE public AND status = 'ready' AND deleted_at IS NULL;
CREATE INDEX designs_category_newest ON designs (product_category, created_at DESC, id DESC)
    WHERE public AND status = 'ready' AND deleted_at IS NULL;
CREATE INDEX designs_category_popular ON designs (product_category, likes_count DESC, created_at DESC, id DESC)
    WHERE public AND status = 'ready' AND deleted_at IS NULL;
CREATE INDEX designs_category_trending
    ON designs (product_category, trending_score DESC, usage_count DESC, created_at DESC, id DESC)
    WHERE public AND status = 'ready' AND deleted_at IS NULL;
-- Each like moves its row: what waits to be sorted in is looked through by each
-- search, and so kept short.
CREATE INDEX designs_search ON designs USING gin (search_text gin_trgm_ops, search_words)
    WITH (gin_pending_list_limit = 256)
    WHERE public AND status = 'ready' AND deleted_at IS NULL;

-- Those whose score may have to fade.
CREATE INDEX designs_scored ON designs (id) WHERE trending_score <> 0;

CREATE TRIGGER designs_owner BEFORE INSERT ON designs
    FOR EACH ROW EXECUTE FUNCTION owner_lives();

CREATE TRIGGER designs_touch
    BEFORE UPDATE OF title, description, status, error, ai_model, design_data,
        image_url, thumbnail_url, public, deleted_at
    ON designs FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- The stored pictures that a canvas is made of.  Quotation marks in its own
-- texts are escaped, so that none of them looks like a source.
CREATE FUNCTION canvas_pictures(canvas jsonb) RETURNS SETOF bytea
LANGUAGE sql IMMUTABLE AS $$
	SELECT DISTINCT pg_catalog.decode(m[1], 'hex') FROM pg_catalog.regexp_matches(canvas::text,
	    '"src": "/media/(?:private/)?[0-9a-f]{2}/[0-9a-f]{2}/([0-9a-f]{64})[.]', 'g') AS m
$$;

-- A design needs the pictures of its canvas, whoever writes it.
CREATE FUNCTION designs_canvas_refs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP <> 'INSERT' THEN
		DELETE FROM media_refs r WHERE r.ref = OLD.id AND r.kind = 'canvas'
		    AND (TG_OP = 'DELETE' OR r.sha256 NOT IN (SELECT canvas_pictures(NEW.design_data)));
	END IF;
	IF TG_OP = 'DELETE' THEN
		RETURN NULL;
	END IF;
	INSERT INTO media_refs (sha256, kind, ref)
	SELECT m.sha256, 'canvas', NEW.id FROM media m
	 WHERE m.sha256 IN (SELECT canvas_pictures(NEW.design_data))
	    ON CONFLICT DO NOTHING;
	RETURN NULL;
END
$$;

CREATE TRIGGER designs_canvas_refs_new AFTER INSERT ON designs
    FOR EACH ROW WHEN (NEW.design_data::text LIKE '%/media/%')
    EXECUTE FUNCTION designs_canvas_refs();
CREATE TRIGGER designs_canvas_refs_changed AFTER UPDATE OF design_data ON designs
    FOR EACH ROW WHEN (OLD.design_data IS DISTINCT FROM NEW.design_data)
    EXECUTE FUNCTION designs_canvas_refs();
CREATE TRIGGER designs_canvas_refs_gone AFTER DELETE ON designs
    FOR EACH ROW WHEN (OLD.design_data::text LIKE '%/media/%')
    EXECUTE FUNCTION designs_canvas_refs();

CREATE TABLE design_likes (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	design_id  uuid NOT NULL REFERENCES designs ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (user_id, design_id)
);

CREATE INDEX design_likes_design ON design_likes (design_id, created_at);
CREATE INDEX design_likes_recent ON design_likes (created_at);

-- The count moves with its rows, whoever adds or takes one, and nobody else
-- has the right to write it.
CREATE FUNCTION design_likes_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		UPDATE designs SET likes_count = likes_count + 1 WHERE id = NEW.design_id;
	ELSE
		UPDATE designs SET likes_count = likes_count - 1 WHERE id = OLD.design_id;
	END IF;
	RETURN NULL;
END
$$;

CREATE TRIGGER design_likes_count AFTER INSERT OR DELETE ON design_likes
    FOR EACH ROW EXECUTE FUNCTION design_likes_count();

CREATE TABLE design_shares (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	design_id  uuid NOT NULL REFERENCES designs ON DELETE CASCADE,
	platform   text NOT NULL CHECK (platform IN ('facebook', 'instagram', 'twitter', 'x',
	           'pinterest', 'tiktok', 'whatsapp', 'telegram', 'reddit', 'linkedin',
	           'email', 'link')),
	shared_by  uuid REFERENCES users ON DELETE SET NULL, -- null: erased
	created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX design_shares_design ON design_shares (design_id, created_at);
CREATE INDEX design_shares_recent ON design_shares (created_at);
CREATE INDEX design_shares_user ON design_shares (shared_by);

CREATE TABLE design_reports (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	design_id  uuid NOT NULL REFERENCES designs ON DELETE CASCADE,
	user_id    uuid REFERENCES users ON DELETE SET NULL, -- null: nobody we know
	reason     text NOT NULL CHECK (reason IN ('copyright', 'trademark', 'offensive', 'other')),
	details    text CHECK (char_length(details) <= 500),
	state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'dismissed')),
	created_at timestamptz NOT NULL DEFAULT now(),
	closed_at  timestamptz,              -- null: open
	UNIQUE (design_id, user_id)
);

CREATE TRIGGER design_reports_owner BEFORE INSERT ON design_reports
    FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION owner_lives();

CREATE INDEX design_reports_user ON design_reports (user_id);
CREATE INDEX design_reports_created ON design_reports (created_at DESC, id DESC);
CREATE INDEX design_reports_state ON design_reports (state, created_at DESC, id DESC);

-- Print files made ahead of an order, one per design, product, printer and
-- placement; what an order prints is copied from here to print_files.
CREATE TABLE design_renders (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	design_id  uuid NOT NULL REFERENCES designs ON DELETE CASCADE,
	revision   integer NOT NULL,         -- of the design that is shown
	product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
	provider   text NOT NULL CHECK (provider IN ('printful', 'printify')),
	placement  text NOT NULL CHECK (char_length(placement) BETWEEN 1 AND 50),
	custom_key bytea NOT NULL DEFAULT '' CHECK (octet_length(custom_key) <= 32), -- its customization; '': none
	sha256     bytea NOT NULL REFERENCES media,
	width      integer NOT NULL CHECK (width > 0),
	height     integer NOT NULL CHECK (height > 0),
	dpi        integer NOT NULL CHECK (dpi > 0),
	checks     jsonb NOT NULL DEFAULT '[]',
	created_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (design_id, revision, product_id, provider, placement, custom_key)
);

CREATE INDEX design_renders_product ON design_renders (product_id);
CREATE INDEX design_renders_media ON design_renders (sha256);

-- Models are rows: names, prices and the day they are shut down change without
-- a release.  role: what they are asked for; rank: who is asked first.
CREATE TABLE ai_models (
	name              text PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 100),
	kind              text NOT NULL CHECK (kind IN ('text', 'image')),
	role              text NOT NULL CHECK (role IN ('fast', 'quality', 'picture')),
	rank              integer NOT NULL DEFAULT 0,
	max_input_tokens  integer CHECK (max_input_tokens > 0),
	max_output_tokens integer CHECK (max_output_tokens > 0),
	released_on       date,
	retires_on        date,              -- null: no day is named
	active            boolean NOT NULL DEFAULT true,
	picture_size      text CHECK (picture_size IN ('1K', '2K', '4K')), -- that is asked for
	CHECK ((kind = 'image') = (role = 'picture') AND (kind = 'image') = (picture_size IS NOT NULL))
);

CREATE INDEX ai_models_role ON ai_models (role, rank) WHERE active;

-- US dollars per million tokens, from a day on; a picture is billed by its
-- tokens too, and what one comes to is there to be guessed from.
CREATE TABLE ai_model_prices (
	model        text NOT NULL REFERENCES ai_models ON DELETE CASCADE,
	valid_from   date NOT NULL,
	input        numeric(10,4) NOT NULL CHECK (input >= 0),
	cached_input numeric(10,4) NOT NULL CHECK (cached_input >= 0),
	output       numeric(10,4) NOT NULL CHECK (output >= 0), -- thinking included
	image_output numeric(10,4) NOT NULL DEFAULT 0 CHECK (image_output >= 0),
	picture      numeric(10,4) NOT NULL DEFAULT 0 CHECK (picture >= 0), -- one, of the size asked for
	PRIMARY KEY (model, valid_from)
);

INSERT INTO ai_models VALUES
--   name                            kind     role      rank max in   max out released       retires       active picture
    ('gemini-3.8-flash',             'text',  'fast',    1,  1048576, 65536,  '2026-09-02',  NULL,         true,  NULL),
    ('gemini-3.5-flash-lite',        'text',  'fast',    2,  NULL,    NULL,   NULL,          NULL,         true,  NULL),
    ('gemini-3.1-flash-lite',        'text',  'fast',    3,  NULL,    NULL,   NULL,          '2027-05-07', true,  NULL),
    ('gemini-4-argon',               'text',  'quality', 1,  NULL,    NULL,   '2026-09-30',  NULL,         true,  NULL),
    ('gemini-4-carbon',              'text',  'quality', 2,  NULL,    NULL,   '2026-11-10',  NULL,         true,  NULL),
    ('gemini-3.1-pro-preview',       'text',  'quality', 3,  NULL,    NULL,   NULL,          NULL,         true,  NULL),
    ('gemini-nano-banana-2.1',       'image', 'picture', 1,  NULL,    NULL,   '2026-10-07',  NULL,         true,  '2K'),
    ('gemini-3-pro-image',           'image', 'picture', 2,  NULL,    NULL,   NULL,          NULL,         true,  '2K'),
    ('gemini-3.1-flash-lite-image',  'image', 'picture', 3,  NULL,    NULL,   NULL,          NULL,         true,  '1K'),
    ('gemini-3.1-flash-image',       'image', 'picture', 8,  NULL,    NULL,   NULL,          '2026-10-29', false, '2K'),
    ('gemini-2.5-flash-image',       'image', 'picture', 9,  NULL,    NULL,   NULL,          '2026-10-02', false, '1K');

INSERT INTO ai_model_prices VALUES
--   model                           from          input cached  output image   picture
    ('gemini-3.8-flash',             '2026-09-02',  0.75, 0.075,  3.75,   0,    0),
    ('gemini-3.8-flash',             '2027-01-01',  1.50, 0.15,   7.50,   0,    0),
    ('gemini-3.5-flash-lite',        '2026-01-01',  0.30, 0.03,   2.50,   0,    0),
    ('gemini-3.1-flash-lite',        '2026-01-01',  0.25, 0.025,  1.50,   0,    0),
    ('gemini-4-argon',               '2026-09-30',  2.00, 0.10,  10.00,   0,    0),
    ('gemini-4-argon',               '2026-12-01',  4.00, 0.20,  20.00,   0,    0),
    ('gemini-4-carbon',              '2026-11-10',  2.00, 0.10,  10.00,   0,    0),
    ('gemini-4-carbon',              '2026-12-01',  4.00, 0.20,  20.00,   0,    0),
    ('gemini-3.1-pro-preview',       '2026-01-01',  2.00, 0.20,  12.00,   0,    0),
    ('gemini-nano-banana-2.1',       '2026-10-07',  1.50, 1.50,   7.50,  30.00, 0.05),
    ('gemini-3.1-flash-lite-image',  '2026-01-01',  0.25, 0.25,   1.50,  30.00, 0.034),
    ('gemini-3-pro-image',           '2026-01-01',  2.00, 2.00,  12.00, 120.00, 0.134),
    ('gemini-3.1-flash-image',       '2026-01-01',  0.50, 0.50,   3.00,  60.00, 0.067),
    ('gemini-2.5-flash-image',       '2026-01-01',  0.30, 0.30,   2.50,  30.00, 0.039);

-- The ledger of quota.  A row is taken before the call and given back only
-- when the provider billed nothing; every count of generations derives from it.
CREATE TABLE ai_reservations (
	id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	design_id  uuid REFERENCES designs ON DELETE SET NULL,
	pool       text NOT NULL CHECK (pool IN ('free', 'registered', 'premium')),
	state      text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'used', 'returned')),
	cost       numeric(12,6) NOT NULL DEFAULT 0 CHECK (cost >= 0), -- estimate, then what was billed
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	settled_at timestamptz               -- null: reserved
);

CREATE INDEX ai_reservations_user ON ai_reservations (user_id, pool, created_at DESC) WHERE state <> 'returned';
CREATE INDEX ai_reservations_user_day ON ai_reservations (user_id, created_at DESC) WHERE state <> 'returned';
CREATE INDEX ai_reservations_user_all ON ai_reservations (user_id);
CREATE INDEX ai_reservations_design ON ai_reservations (design_id);
CREATE INDEX ai_reservations_day ON ai_reservations (created_at) INCLUDE (cost);
CREATE INDEX ai_reservations_open ON ai_reservations (created_at) WHERE state = 'reserved';

-- Takes one generation out of a pool whose windows must all have room: the
-- k-th allows limits[k] within the last seconds[k] seconds.  One row comes
-- back; 'id' is null when there was no room.  The figures tell of the window
-- to be waited for, else of the one with least room.  The user's row is locked
-- first, in a statement of its own, so that each caller counts what the one
-- before it took.  Over the shop's budget of the day: SERVICE_UNAVAILABLE.
CREATE FUNCTION ai_reserve(p_user uuid, p_design uuid, p_pool text,
    p_limits integer[], p_seconds integer[],
    p_estimate numeric DEFAULT 0, p_budget_day numeric DEFAULT NULL,
    OUT id uuid, OUT quota_limit integer, OUT used integer,
    OUT remaining integer, OUT window_seconds integer, OUT reset_at timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
	full_one boolean := false;
	room integer;
	n integer;
	oldest timestamptz;
	frees timestamptz;
	t timestamptz;
BEGIN
	PERFORM FROM users u WHERE u.id = p_user FOR NO KEY UPDATE;
	IF p_budget_day > 0 THEN
		PERFORM pg_advisory_xact_lock(hashtext('tshop ai budget'));
		IF p_estimate + (SELECT coalesce(sum(r.cost), 0) FROM ai_reservations r
		    WHERE r.created_at >= date_trunc('day', now(), 'UTC')) > p_budget_day THEN
			RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = 'SERVICE_UNAVAILABLE',
			    DETAIL = 'the day''s budget for AI is spent';
		END IF;
	END IF;

	t := clock_timestamp();
	FOR k IN 1 .. cardinality(p_limits) LOOP
		SELECT count(*), min(r.created_at) INTO n, oldest FROM ai_reservations r
		 WHERE r.user_id = p_user AND r.pool = p_pool AND r.state <> 'returned'
		   AND r.created_at > t - make_interval(secs => p_seconds[k]);
		room := p_limits[k] - n;
		IF room <= 0 THEN
			-- Room comes back when the limit-th youngest leaves the window.
			SELECT r.created_at INTO oldest FROM ai_reservations r
			 WHERE r.user_id = p_user AND r.pool = p_pool AND r.state <> 'returned'
			 ORDER BY r.created_at DESC OFFSET greatest(p_limits[k] - 1, 0) LIMIT 1;
		END IF;
		frees := coalesce(oldest, t) + make_interval(secs => p_seconds[k]);
		IF (room <= 0 AND (NOT full_one OR frees > reset_at))
		    OR (room > 0 AND NOT full_one AND (remaining IS NULL OR room < remaining)) THEN
			quota_limit := p_limits[k];
			used := n;
			remaining := greatest(room, 0);
			window_seconds := p_seconds[k];
			reset_at := frees;
		END IF;
		full_one := full_one OR room <= 0;
	END LOOP;

	IF NOT full_one THEN
		INSERT INTO ai_reservations AS r (user_id, design_id, pool, cost, created_at)
		VALUES (p_user, p_design, p_pool, p_estimate, t) RETURNING r.id INTO ai_reserve.id;
		used := used + 1;
		remaining := remaining - 1;
	END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION ai_reserve FROM tshop_readonly;

CREATE TABLE ai_usage_logs (
	id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id            uuid REFERENCES users ON DELETE SET NULL, -- null: erased
	model              text NOT NULL CHECK (char_length(model) <= 100),
	prompt_tokens      integer NOT NULL DEFAULT 0 CHECK (prompt_tokens >= 0),
	completion_tokens  integer NOT NULL DEFAULT 0 CHECK (completion_tokens >= 0),
	cost               numeric(12,6) NOT NULL DEFAULT 0 CHECK (cost >= 0), -- US dollars
	generation_time_ms integer NOT NULL DEFAULT 0 CHECK (generation_time_ms >= 0),
	success            boolean NOT NULL,
	error_message      text CHECK (char_length(error_message) <= 500),
	design_id          uuid REFERENCES designs ON DELETE SET NULL,
	created_at         timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX ai_usage_logs_user ON ai_usage_logs (user_id, created_at);
CREATE INDEX ai_usage_logs_design ON ai_usage_logs (design_id);
CREATE INDEX ai_usage_logs_created ON ai_usage_logs (created_at);

-- Each call to a model for a design.  Their sums are its row in ai_usage_logs;
-- an answer that was paid for waits here until it has become a picture, so
-- that a runner which takes over does not ask, and pay, again.
CREATE TABLE ai_calls (
	id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	design_id         uuid NOT NULL REFERENCES designs ON DELETE CASCADE,
	model             text NOT NULL CHECK (char_length(model) <= 100),
	prompt_tokens     integer NOT NULL DEFAULT 0 CHECK (prompt_tokens >= 0),
	completion_tokens integer NOT NULL DEFAULT 0 CHECK (completion_tokens >= 0),
	cost              numeric(12,6) NOT NULL DEFAULT 0 CHECK (cost >= 0), -- US dollars
	took_ms           integer NOT NULL DEFAULT 0 CHECK (took_ms >= 0),
	error             text CHECK (char_length(error) <= 500), -- null: it drew something
	answer            text CHECK (octet_length(answer) <= 1048576), -- null: nothing, or used up
	picture           bytea CHECK (octet_length(picture) <= 20971520), -- likewise, of a picture model
	created_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX ai_calls_design ON ai_calls (design_id, created_at);

-- Styles that shapes cannot show: a picture model paints those.  Whole words,
-- lower case; the admin's to change.
CREATE TABLE artwork_styles (
	word text PRIMARY KEY CHECK (word = lower(word) AND char_length(word) BETWEEN 2 AND 100)
);

INSERT INTO artwork_styles (word)
SELECT unnest(ARRAY['photo', 'photograph', 'photographic', 'photography', 'photorealistic',
    'photorealism', 'realistic', 'realism', 'hyperrealistic', 'lifelike', 'cinematic', 'painting',
    'painted', 'painterly', 'watercolor', 'watercolour', 'aquarelle', 'gouache', 'acrylic', 'oil',
    'pastel', 'impressionist', 'impressionism', 'expressionist', 'surreal', 'surrealist',
    'surrealism', 'baroque', 'renaissance', 'ukiyo e', 'illustration', 'illustrated', 'storybook',
    'sketch', 'sketched', 'pencil', 'charcoal', 'chalk', 'ink wash', 'drawing', 'hand drawn',
    'engraving', 'etching', 'woodcut', 'graffiti', 'airbrush', 'collage', 'comic', 'cartoon',
    'manga', 'anime', 'fantasy art', 'digital art', 'concept art', 'pixel art', '3d', 'render',
    'rendered', 'claymation', 'psychedelic', 'artwork', 'picture']);

-- What nobody may order a picture of: other people's brands and figures, and
-- hatred.  Whole words, lower case; the admin's to change.
CREATE TABLE policy_words (
	word   text PRIMARY KEY CHECK (word = lower(word) AND char_length(word) BETWEEN 2 AND 100),
	reason text NOT NULL CHECK (reason IN ('trademark', 'hate', 'sexual', 'violence'))
);

INSERT INTO policy_words (reason, word)
SELECT k.reason, unnest(k.words) FROM (VALUES
    ('trademark', ARRAY['nike', 'adidas', 'puma logo', 'reebok', 'gucci', 'louis vuitton', 'chanel',
        'supreme logo', 'coca cola', 'pepsi', 'starbucks', 'mcdonalds', 'disney', 'mickey mouse',
        'minnie mouse', 'pixar', 'marvel', 'spider man', 'spiderman', 'batman', 'superman',
        'star wars', 'darth vader', 'baby yoda', 'harry potter', 'hogwarts', 'pokemon', 'pikachu',
        'nintendo', 'super mario', 'zelda', 'hello kitty', 'barbie', 'lego', 'playstation',
        'ferrari', 'lamborghini', 'harley davidson', 'rolex', 'snoopy', 'garfield', 'simpsons',
        'spongebob', 'winnie the pooh', 'taylor swift', 'real madrid', 'nfl', 'nba']),
    ('hate', ARRAY['swastika', 'nazi', 'hitler', 'heil', 'ku klux klan', 'kkk', 'white power',
        'white supremacy', 'ethnic cleansing', 'gas chamber']),
    ('sexual', ARRAY['porn', 'pornographic', 'hentai', 'nude child', 'child porn', 'explicit sex',
        'loli']),
    ('violence', ARRAY['beheading', 'school shooting', 'mass shooting', 'terrorist attack',
        'suicide bombing', 'isis flag'])
) AS k (reason, words);
